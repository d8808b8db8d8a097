import { parseRecognizerName } from "../../models/name.ts";
import type { RegisteredRecognizer } from "../../models/registry.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { latestOf } from "../core/state/lineage.ts";
import type { MasterState } from "../core/state/state.ts";
import type { RecognizerStore } from "./recognizer_store.ts";

/**
 * What a user means by `faces` or `faces@1`: the bare name is the latest version, which need not be the highest, and
 * `follows` says that it was meant. Throws `recognizer_unknown`.
 */
export function servedRecognizer(
  state: MasterState,
  recognizers: RecognizerStore,
  text: string,
): { recognizer: RegisteredRecognizer; follows?: string } {
  const { name, version } = parseRecognizerName(text);
  const latest = version === null ? latestOf(state, name) : undefined;
  if (latest !== undefined) return { recognizer: recognizers.resolve(latest.name), follows: name };
  const recognizer = recognizers.resolve(text);
  if (state.recognizers.has(recognizer.digest)) return { recognizer };
  throw new DmlError("recognizer_unknown", `${recognizer.name} was removed.`);
}
