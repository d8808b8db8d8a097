/**
 * `deno run measure.ts NAME`: runs one measure of the benchmark and prints it. Exits with 1 if a
 * figure misses its bound.
 */
import { blobToDisk } from "./blob_to_disk.ts";
import { clusterOverLocal } from "./cluster_over_local.ts";
import { emptyTasks } from "./empty_tasks.ts";
import { engineOverPublished } from "./engine_over_published.ts";
import { type Figure, isKept, shown } from "./figure.ts";
import { galleryMatch } from "./gallery_match.ts";
import type { MeasureName } from "./measure_names.ts";
import { nodeOverParts } from "./node_over_parts.ts";
import { largePictures } from "./pictures/large_pictures.ts";
import { tlsOverPlain } from "./tls/tls_over_plain.ts";
import { twoWorkersOverOne } from "./two_workers.ts";

const MEASURES: Readonly<Record<MeasureName, () => Promise<Figure[]>>> = {
  engine: engineOverPublished,
  parts: nodeOverParts,
  cluster: clusterOverLocal,
  workers: twoWorkersOverOne,
  empty: emptyTasks,
  blob: blobToDisk,
  tls: tlsOverPlain,
  gallery: galleryMatch,
  pictures: largePictures,
};

if (import.meta.main) {
  for (const figure of await MEASURES[Deno.args[0] as MeasureName]()) print(figure);
  Deno.exit();
}

function print(figure: Figure): void {
  const { what, measured, floor, value, unit, bound } = figure;
  const isHeld = isKept(figure);
  if (!isHeld) Deno.exitCode = 1;
  const limit = "atMost" in bound ? `at most ${bound.atMost}` : `at least ${bound.atLeast}`;
  console.log(`${isHeld ? "ok  " : "MISS"} ${what}: ${shown(value, unit)} (${limit})`);
  console.log(`       dml ${measured}${floor === "" ? "" : `; floor ${floor}`}`);
}
