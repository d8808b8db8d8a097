import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LABEL_KEY_PATTERN, LABEL_PATTERN } from "../../../protocol/kernel/labels.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { parseNodeRequirement, REQUIREMENT_FORMS } from "../../../protocol/kernel/node_requirement.ts";
import type { NodeOrderName } from "../../../protocol/messages/command_names.ts";
import type { NodeDecision } from "../../../protocol/messages/node_decision_names.ts";
import { consentIn } from "../consent.ts";
import type { FlagValues } from "../flag_values.ts";
import { type MasterChoice, masterChoiceOf } from "../access/master_choice.ts";
import { requireWords, takeSubVerb } from "../sub_verbs.ts";
import { NODES_VERBS } from "./nodes_verbs.ts";

/** Nodes that a command names. */
export type NodeTargets =
  | { readonly kind: "all" }
  /** Nodes that have each of these labels. */
  | { readonly kind: "labels"; readonly labels: readonly string[] }
  /** Names or ids. */
  | { readonly kind: "nodes"; readonly names: readonly string[] };

/** The action of one `dml nodes …`. */
export type NodesAction =
  | { readonly action: "list" }
  | {
    readonly action: "judge";
    readonly decision: NodeDecision;
    /** Name or id. */
    readonly node: string;
    /** Absent to ask first. */
    readonly yes?: true;
  }
  | {
    readonly action: "order";
    readonly order: NodeOrderName;
    readonly targets: NodeTargets;
    /** True to show which nodes would get the order, and send none. */
    readonly dryRun: boolean;
  }
  | {
    readonly action: "label";
    readonly node: string;
    readonly set: readonly string[];
    /** Keys of labels. */
    readonly remove: readonly string[];
  }
  | {
    readonly action: "require" | "unrequire";
    readonly targets: NodeTargets;
    readonly requirements: readonly string[];
  }
  | { readonly action: "requirements" };

export type NodesCommand = MasterChoice & { readonly verb: "nodes"; readonly json: boolean } & NodesAction;

/**
 * Rewrites `-old` in a line that begins with `nodes label` as `old-`, because the parser would read
 * it as one-letter flags.
 */
export function withLabelRemovals(argv: readonly string[]): readonly string[] {
  if (argv[0] !== "nodes" || argv[1] !== "label") return argv;
  return argv.map((word) => /^-[a-z0-9][a-z0-9._-]+$/.test(word) ? `${word.slice(1)}-` : word);
}

/** Parses the words behind `dml nodes` and its flags. Throws `usage`. */
export function nodesCommand(line: readonly string[], values: FlagValues): NodesCommand {
  const { name, rest } = takeSubVerb("nodes", NODES_VERBS, {
    rest: line,
    given: values.given.keys(),
    fallback: "list",
  });
  const common = {
    verb: "nodes",
    ...masterChoiceOf(values),
    json: values.isOn("json"),
  } as const;
  switch (name) {
    case "list":
    case "requirements":
      requireWords(`nodes ${name}`, rest, { min: 0, max: 0, what: "" });
      return { ...common, action: name };
    case "approve":
    case "remove":
    case "restore":
      requireWords(`nodes ${name}`, rest, { min: 1, max: 1, what: "one node, by name or id" });
      return { ...common, action: "judge", decision: name, node: rest[0], ...consentIn(values) };
    case "label":
      requireWords("nodes label", rest, { min: 2, max: 1 + 2 * LIMITS.nodeLabelsMax, what: "a node and a label" });
      return { ...common, action: "label", node: rest[0], ...labelChange(rest.slice(1)) };
    case "require":
    case "unrequire":
      return { ...common, action: name, ...requirementsOf(name, rest, values) };
    default: {
      const dryRun = values.isOn("dry-run");
      return { ...common, action: "order", order: name, targets: targetsOf(`nodes ${name}`, rest, values), dryRun };
    }
  }
}

/**
 * Returns the labels that a node is started with: those of the flags, else those of the environment
 * variable, separated by commas. Throws `usage`.
 */
export function ownLabels(values: FlagValues): readonly string[] {
  return values.given.has("label") ? labelsIn(values) : checkLabels(values.text("label")?.split(",") ?? []);
}

/** Returns the labels of the flags; the environment names those of a node only. Throws `usage`. */
export function labelsIn(values: FlagValues): readonly string[] {
  return checkLabels(values.texts("label"));
}

function checkLabels(texts: readonly string[]): readonly string[] {
  const labels = [...new Set(texts)];
  for (const label of labels) requireLabel(label);
  if (labels.length <= LIMITS.nodeLabelsMax) return labels;
  throw new DmlError("usage", `A node has at most ${LIMITS.nodeLabelsMax} labels, not ${labels.length}.`);
}

/** Returns the nodes that the words or the flags of `dml LINE` name. Throws `usage`. */
export function targetsOf(line: string, names: readonly string[], values: FlagValues): NodeTargets {
  const group = groupOf(line, values);
  if (group === null && names.length === 0) {
    throw new DmlError("usage", `\`dml ${line}\` needs one node or more, by name or id, or --all, or --label.`, {
      advice: "`dml nodes` lists them.",
    });
  }
  if (group !== null && names.length > 0) {
    throw new DmlError(
      "usage",
      `--${group.kind === "all" ? "all" : "label"} names the nodes already, without ${names[0]}.`,
      {
        advice: "Leave one of the two out.",
      },
    );
  }
  return group ?? { kind: "nodes", names: [...new Set(names)] };
}

/** Returns the nodes that --all or --label names; `null` if neither is given. */
function groupOf(line: string, values: FlagValues): NodeTargets | null {
  const isAll = values.isOn("all");
  const labels = labelsIn(values);
  if (isAll && labels.length > 0) {
    throw new DmlError("usage", `\`dml ${line}\` takes --all or --label, not both.`, {
      advice: "Leave one of the two out.",
    });
  }
  if (isAll) return { kind: "all" };
  return labels.length === 0 ? null : { kind: "labels", labels };
}

function requirementsOf(verb: "require" | "unrequire", words: readonly string[], values: FlagValues) {
  const group = groupOf(`nodes ${verb}`, values);
  if (group?.kind === "labels" && group.labels.length > 1) {
    throw new DmlError("usage", `\`dml nodes ${verb}\` takes one --label.`, { advice: "Require it of each label." });
  }
  const requirements = group === null ? words.slice(1) : words;
  if (requirements.length === 0) {
    const sentence = `\`dml nodes ${verb}\` needs a node, --all or --label, and a requirement: ${REQUIREMENT_FORMS}.`;
    throw new DmlError("usage", sentence, { advice: `See \`dml nodes ${verb} --help\`.` });
  }
  for (const text of requirements) {
    if (parseNodeRequirement(text) !== null) continue;
    throw new DmlError("usage", `A requirement is ${REQUIREMENT_FORMS}, not ${JSON.stringify(text.slice(0, 100))}.`);
  }
  return { targets: group ?? { kind: "nodes" as const, names: words.slice(0, 1) }, requirements };
}

function labelChange(words: readonly string[]): { set: string[]; remove: string[] } {
  const remove = words.filter((word) => word.endsWith("-") && LABEL_KEY_PATTERN.test(word.slice(0, -1)))
    .map((word) => word.slice(0, -1));
  const set = words.filter((word) => !remove.includes(word.slice(0, -1)) || !word.endsWith("-"));
  for (const label of set) requireLabel(label);
  return { set, remove };
}

function requireLabel(text: string): void {
  if (LABEL_PATTERN.test(text)) return;
  throw new DmlError("usage", `A label is like gpu or room=attic, not ${JSON.stringify(text.slice(0, 100))}.`);
}
