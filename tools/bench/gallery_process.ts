/** A process as a node is one: the thread that owns the gallery and two workers that use it. Prints what it measured as JSON. */
import { join } from "node:path";
import { decodeGalleryIndex } from "../../models/gallery/gallery_index.ts";
import { GalleryMatrix } from "../../models/gallery/gallery_matrix.ts";
import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import type { MatchTimes } from "./gallery_worker.ts";

const [directory] = Deno.args;
const index = decodeGalleryIndex(await Deno.readFile(join(directory, "index")));
const workers = [0, 1].map(() =>
  new Worker(new URL("./gallery_worker.ts", import.meta.url), { type: "module", deno: { permissions: "none" } })
);
for (const worker of workers) await answerOf(worker);
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
  times.push(await ask(worker, view));
  peakBytes = Math.max(peakBytes, residentBytes());
}
const { enrolledMs, strangerMs, plainMs } = times[0];
const afterBytes = residentBytes();
console.log(JSON.stringify({ enrolledMs, strangerMs, plainMs, loadMs, beforeBytes, afterBytes, peakBytes }));
Deno.exit();

function answerOf(worker: Worker): Promise<MatchTimes | null> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
}

async function ask(worker: Worker, asked: GalleryView): Promise<MatchTimes> {
  const answer = answerOf(worker);
  worker.postMessage(asked);
  const measured = await answer;
  if (measured === null) throw new Error("the worker measured nothing");
  return measured;
}
