/**
 * `deno task bench [NAME…]`: the figures of the README, each with its bare floor from the same run on the same machine.
 * Exits with 1 when a bound is missed. Nothing else should be running meanwhile.
 */
import { blobToDisk } from "./bench/blob_to_disk.ts";
import { clusterOverLocal } from "./bench/cluster_over_local.ts";
import { emptyTasks } from "./bench/empty_tasks.ts";
import { type Figure, isKept, shown } from "./bench/figure.ts";
import { galleryMatch } from "./bench/gallery_match.ts";
import { nodeOverParts } from "./bench/node_over_parts.ts";
import { twoWorkersOverOne } from "./bench/two_workers.ts";

const MEASURES: Readonly<Record<string, () => Promise<Figure[]>>> = {
  parts: nodeOverParts,
  cluster: clusterOverLocal,
  workers: twoWorkersOverOne,
  empty: emptyTasks,
  blob: blobToDisk,
  gallery: galleryMatch,
};

if (import.meta.main) {
  const wanted = Deno.args.length > 0 ? Deno.args : Object.keys(MEASURES);
  for (const name of wanted) {
    const measure = MEASURES[name];
    if (measure === undefined) throw new Error(`${name} is none of ${Object.keys(MEASURES).join(", ")}`);
    for (const figure of await measure()) print(figure);
  }
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
