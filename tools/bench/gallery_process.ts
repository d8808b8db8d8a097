/**
 * A process of the same shape as a node: a thread that owns the gallery and two workers that match
 * against it. Prints its measurements as JSON.
 */
import { join } from "node:path";
import { decodeGalleryIndex } from "../../models/gallery/gallery_index.ts";
import { GalleryMatrix } from "../../models/gallery/gallery_matrix.ts";
import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import { AnsweringWorker } from "./answering_worker.ts";
import type { MatchTimes } from "./gallery_worker.ts";

const [directory] = Deno.args;
const index = decodeGalleryIndex(await Deno.readFile(join(directory, "index")));
const module = new URL("./gallery_worker.ts", import.meta.url);
const workers = [0, 1].map(() => new AnsweringWorker<GalleryView, MatchTimes | null>(module, { permissions: "none" }));
for (const { ready } of workers) await ready;
const residentBytes = () => Deno.memoryUsage().rss;
const beforeBytes = residentBytes();
let peakBytes = beforeBytes;

const startedMs = performance.now();
const matrix = new GalleryMatrix({ dimensions: index.dimensions });
const view = await matrix.update(index, (digest) => {
  peakBytes = Math.max(peakBytes, residentBytes());
  return Deno.readFile(join(directory, digest));
});
const loadMs = performance.now() - startedMs;
const times: MatchTimes[] = [];
for (const worker of workers) {
  const measured = await worker.ask(view);
  if (measured === null) throw new Error("the worker measured nothing");
  times.push(measured);
  peakBytes = Math.max(peakBytes, residentBytes());
}
const { enrolledMs, strangerMs, plainMs } = times[0];
const afterBytes = residentBytes();
console.log(JSON.stringify({ enrolledMs, strangerMs, plainMs, loadMs, beforeBytes, afterBytes, peakBytes }));
Deno.exit();
