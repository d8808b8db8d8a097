import type { Manifest } from "../../models/manifest.ts";
import { latestOf } from "../core/state/lineage.ts";
import type { MasterState } from "../core/state/state.ts";

/** Returns the names of the served models whose latest version has this pipeline, in order. */
export function modelsOf(state: MasterState, pipeline: Manifest["pipeline"]): string[] {
  return [...state.lineages.keys()].filter((name) => latestOf(state, name)?.document.pipeline === pipeline).sort();
}
