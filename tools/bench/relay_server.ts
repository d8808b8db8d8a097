/**
 * `deno run relay_server.ts ANSWER_BYTES HOLD_MS [URL]`: an HTTP server that relays each body to
 * the relay at URL, and its answer back. Without URL it holds each body for a while and answers
 * with the duration in the first eight bytes. Prints its port.
 */
import { HttpOrigin } from "../../protocol/http/http_origin.ts";

const [answerBytes, holdMs] = Deno.args.slice(0, 2).map(Number);
const onward = Deno.args.length > 2 ? new HttpOrigin(Deno.args[2]) : null;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) }, async (request) => {
  const body = await request.bytes();
  if (onward === null) return new Response(held());
  const answer = await onward.send("/", { method: "POST", body, redirect: "error" });
  return new Response(await answer.bytes());
});

function held(): Uint8Array<ArrayBuffer> {
  const startMs = performance.now();
  const answer = new Uint8Array(answerBytes);
  Atomics.wait(sleeper, 0, 0, holdMs);
  new DataView(answer.buffer).setFloat64(0, performance.now() - startMs);
  return answer;
}
