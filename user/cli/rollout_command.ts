import type { RolloutRequest } from "../../protocol/http_api/rollout_api.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { FlagName } from "./flags.ts";
import { consentIn } from "./consent.ts";
import type { FlagValues } from "./flag_values.ts";
import type { RolloutVerbName } from "./rollout_verbs.ts";
import { requireWords } from "./sub_verbs.ts";

const VERSION_PATTERN = /^([a-z0-9][a-z0-9._-]{0,62})@([1-9]\d{0,8})$/;
const BARE_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Action of one `dml models` command about versions. */
export type RolloutAction =
  /** A rollout to begin, or, if `request` is `null`, to show. */
  | {
    readonly action: "rollout";
    readonly name: string;
    readonly request: RolloutRequest | null;
    readonly wait: boolean;
  }
  | { readonly action: "rollback"; readonly name: string }
  | { readonly action: "pin"; readonly version: string; readonly pinned: boolean }
  | { readonly action: "remove"; readonly version: string; readonly yes?: true }
  | { readonly action: "gc" };

/** Parses the words after the sub-verb, and the flags. Throws `usage`. */
export function rolloutAction(verb: RolloutVerbName, rest: readonly string[], values: FlagValues): RolloutAction {
  const count = verb === "gc" ? 0 : 1;
  const what = verb === "rollback" ? "the name of a model" : "NAME@VERSION";
  requireWords(`models ${verb}`, rest, { min: count, max: count, what });
  const [text = ""] = rest;
  switch (verb) {
    case "rollout":
      return rollout(text, values);
    case "rollback":
      if (BARE_PATTERN.test(text)) return { action: "rollback", name: text };
      throw unlike("A rollback takes NAME without a version", text);
    case "pin":
      return { action: "pin", version: versionIn(text).whole, pinned: values.toggle("off") !== true };
    case "remove":
      return {
        action: "remove",
        version: BARE_PATTERN.test(text) ? text : versionIn(text).whole,
        ...consentIn(values),
      };
    case "gc":
      return { action: "gc" };
  }
}

function rollout(text: string, values: FlagValues): RolloutAction {
  const wait = values.toggle("wait") ?? true;
  if (BARE_PATTERN.test(text)) return { action: "rollout", name: text, request: null, wait };
  const { name, version } = versionIn(text);
  const seconds = values.count("within", 7 * 86_400);
  const request = {
    version,
    canary: shareOf("canary", values),
    maxError: shareOf("max-error", values),
    maxSlowdown: factorOf("max-slowdown", values),
    compare: values.toggle("compare") ?? undefined,
    minNodes: values.count("min-nodes", LIMITS.nodesMax) ?? undefined,
    canaryTasks: values.count("canary-tasks", 100_000) ?? undefined,
    deadlineMs: seconds === null ? undefined : seconds * 1_000,
  };
  return { action: "rollout", name, request, wait };
}

/** Returns a share, given as `20%` or `0.2`, as a fraction. */
function shareOf(name: FlagName, values: FlagValues): number | undefined {
  const text = values.matching(name, {
    pattern: /^(\d{1,3}(\.\d{1,6})?%|[01](\.\d{1,6})?)$/,
    form: "a share like 20%",
  });
  if (text === null) return undefined;
  const share = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (share <= 1) return share;
  throw new DmlError("usage", `--${name} must be at most 100%, not ${text}.`);
}

function factorOf(name: FlagName, values: FlagValues): number | undefined {
  const text = values.matching(name, { pattern: /^\d{1,3}(\.\d{1,6})?$/, form: "a factor like 1.5" });
  if (text === null) return undefined;
  if (Number(text) >= 1) return Number(text);
  throw new DmlError("usage", `--${name} must be at least 1, not ${text}.`);
}

function versionIn(text: string): { whole: string; name: string; version: number } {
  const match = VERSION_PATTERN.exec(text);
  if (match === null) throw unlike("Give the version, as in faces@2", text);
  return { whole: text, name: match[1], version: Number(match[2]) };
}

function unlike(sentence: string, text: string): DmlError {
  return new DmlError("usage", `${sentence}, not ${JSON.stringify(text.slice(0, 100))}.`, {
    advice: "`dml models list` lists them.",
  });
}
