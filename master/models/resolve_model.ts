import { parseModelName } from "../../models/name.ts";
import type { RegisteredModel } from "../../models/registry.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { latestOf } from "../core/state/lineage.ts";
import type { MasterState } from "../core/state/state.ts";
import type { ModelStore } from "./model_store.ts";

/**
 * What a user means by `faces` or `faces@1`: the bare name is the latest version, which need not be the highest, and
 * `follows` says that it was meant. Throws `model_unknown`.
 */
export function resolveModel(
  state: MasterState,
  models: ModelStore,
  text: string,
): { model: RegisteredModel; follows?: string } {
  const { name, version } = parseModelName(text);
  const latest = version === null ? latestOf(state, name) : undefined;
  if (latest !== undefined) return { model: models.resolve(latest.name), follows: name };
  const model = models.resolve(text);
  if (state.models.has(model.digest)) return { model };
  throw new DmlError("model_unknown", `${model.name} was removed.`);
}
