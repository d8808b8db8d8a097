import { restore } from "../core/apply/restore.ts";
import { restoreFleet } from "../core/apply/restore_fleet.ts";
import { createState, type MasterState } from "../core/state/state.ts";
import type { MasterOptions } from "../master_handle.ts";
import type { ModelStore } from "../models/model_store.ts";

/** Returns the state that the ledger holds, without the models whose files are missing. */
export async function restoredState(
  { ledger, log, clock, settings }: Pick<MasterOptions, "ledger" | "log" | "clock" | "settings">,
  store: ModelStore,
): Promise<MasterState> {
  const { nodes, models, lineages, pinned, rollouts, fleet } = ledger.load();
  const servable = [];
  for (const record of models) {
    const { name, version } = record.document;
    if (await store.add(record.document, record.manifest.digest)) servable.push(record);
    else {
      log.warn(`${name}@${version} is no longer served: some of its files are missing.`, {
        advice: "Send it again: `dml models add` or `dml models push`.",
      });
    }
  }
  const state = createState(settings);
  const now = { nowMs: clock.nowMs(), wallMs: clock.wallMs() };
  restore(state, { nodes, models: servable, lineages, pinned, rollouts }, now);
  restoreFleet(state, fleet);
  return state;
}
