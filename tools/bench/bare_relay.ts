import { HttpOrigin } from "../../protocol/http/http_origin.ts";
import { median, timed } from "./figure.ts";
import { ServerProcess } from "./server_process.ts";

const ROUNDS = 40;

/**
 * Sizes of a relayed picture and its answer, and the time for which the far end holds the picture.
 */
export interface Relayed {
  readonly pictureBytes: number;
  readonly answerBytes: number;
  readonly holdMs: number;
}

/**
 * Returns the time, in milliseconds, of relaying a picture through two HTTP servers and an answer
 * back without processing. The time for which the far end holds the picture is subtracted. It holds
 * the picture as long as a node would, because a process that waits resumes more slowly than one
 * that works.
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
