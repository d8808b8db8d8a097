/**
 * Recognises one picture on a node of one worker, once for each line of standard input. Arguments:
 * the picture, `annotate` or `plain`. Prints the milliseconds of each, and at the end of the input
 * the peak of the resident memory in bytes.
 */
import { peakBytes } from "./peak_memory.ts";
import { facesPool } from "../node_over_parts.ts";

const [path, mode] = Deno.args;
const options = {
  annotate: mode === "annotate",
  embeddings: false,
  gallery: null,
  crops: false,
  deadlineMs: 60_000,
};
const { engine, digest } = await facesPool(1);
const buffer = new Uint8Array(1);
while ((await Deno.stdin.read(buffer)) !== null) {
  const startedMs = performance.now();
  await engine.run(digest, await Deno.readFile(path), options);
  console.log(performance.now() - startedMs);
}
console.log(await peakBytes());
Deno.exit();
