import { HttpOrigin } from "../../protocol/http/http_origin.ts";
import { median, timed } from "./figure.ts";
import { ServerProcess } from "./server_process.ts";

const ROUNDS = 40;

/** The sizes that pass through, and the time for which a picture is held at the far end. */
export interface Relayed {
  readonly pictureBytes: number;
  readonly answerBytes: number;
  readonly holdMs: number;
}

/**
 * Returns the milliseconds that it takes to pass a picture through two HTTP servers and an answer back, when
 * nobody looks at them. What the far end holds it for is taken off: as long as a node would, for
 * whoever waits is slower than whoever works.
 */
export async function bareRelayMs({ pictureBytes, answerBytes, holdMs }: Relayed): Promise<number> {
  const module = new URL("./relay_server.ts", import.meta.url);
  const held = [answerBytes, holdMs].map((number) => String(Math.round(number)));
  await using far = await ServerProcess.start(module, held);
  await using near = await ServerProcess.start(module, [...held, far.url]);
  using origin = new HttpOrigin(near.url);
  const lapsMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const body = new Uint8Array(pictureBytes);
    let answer = new Uint8Array();
    const tookMs = await timed(async () => {
      answer = await (await origin.send("/", { method: "POST", body, redirect: "error" })).bytes();
    });
    lapsMs.push(tookMs - new DataView(answer.buffer).getFloat64(0));
  }
  return median(lapsMs);
}
