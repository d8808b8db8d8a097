import { parseModelName } from "../../models/name.ts";
import type { RegisteredModel } from "../../models/registry.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { latestOf } from "../core/state/lineage.ts";
import type { MasterState } from "../core/state/state.ts";
import type { ModelStore } from "./model_store.ts";

/**
 * Returns the model that a user means by `faces` or `faces@1`. A bare name means the latest
 * version, which need not be the highest; `follows` is then that name, so that the task takes part
 * in a rollout. Throws `model_unknown`.
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
