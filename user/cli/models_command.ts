import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import { type MasterChoice, masterChoiceOf } from "./access/master_choice.ts";
import type { FlagValues } from "./flag_values.ts";
import { type ModelSource, parseModelSource } from "../model_sources/model_source.ts";
import { MODELS_VERBS } from "./models_verbs.ts";
import { labelsIn } from "./nodes/nodes_command.ts";
import { type RolloutAction, rolloutAction } from "./rollout_command.ts";
import { requireWords, takeSubVerb } from "./sub_verbs.ts";

const NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}(@[1-9]\d{0,8})?$/;
const SHA256_PATTERN = /^(sha256:)?[0-9a-f]{64}$/i;
const LICENSE_PATTERN = /^[A-Za-z0-9.+() -]{1,100}$/;

/** The model to add, and answers given in advance. */
export interface ModelsAdd {
  readonly source: ModelSource;
  /** `NAME` or `NAME@VERSION`; `null` to name it after the file. */
  readonly name: string | null;
  /** The paths; `null` for none. */
  readonly labels: string | null;
  readonly manifest: string | null;
  readonly license: string | null;
  /** 64 hexadecimal digits; `null` for any file. */
  readonly sha256: string | null;
  /** Path at which the file is kept instead of being added; `null` to add it. */
  readonly save: string | null;
  /** True to take what is usual and ask nothing. */
  readonly yes: boolean;
  /** True to print the manifest and send nothing. */
  readonly dryRun: boolean;
  readonly home: string | null;
}

/** The action of one `dml models …`. */
export type ModelsAction =
  | { readonly action: "list" }
  | { readonly action: "show"; readonly model: string }
  | ({ readonly action: "add" } & ModelsAdd)
  | {
    readonly action: "push";
    /** A directory or the name of a model. */
    readonly what: string;
    readonly to: Address | null;
    readonly toToken: string | null;
  }
  | { readonly action: "test"; readonly model: string; readonly images: readonly string[] }
  /** Gives a model only to nodes with these labels; to every node if there are none. */
  | { readonly action: "bind"; readonly model: string; readonly labels: readonly string[] }
  | RolloutAction;

export type ModelsCommand = MasterChoice & { readonly verb: "models"; readonly json: boolean } & ModelsAction;

/** Parses the words behind `dml models` and its flags. Throws `usage`. */
export function modelsCommand(line: readonly string[], values: FlagValues): ModelsCommand {
  const { name, rest } = takeSubVerb("models", MODELS_VERBS, {
    rest: line,
    given: values.given.keys(),
    fallback: "list",
  });
  const common = {
    verb: "models",
    ...masterChoiceOf(values),
    json: values.toggle("json") ?? false,
  } as const;
  const words = (bounds: { min: number; max: number; what: string }) => requireWords(`models ${name}`, rest, bounds);
  switch (name) {
    case "list":
      words({ min: 0, max: 0, what: "" });
      return { ...common, action: "list" };
    case "show":
      words({ min: 1, max: 1, what: "the name of a model" });
      return { ...common, action: "show", model: modelIn(rest[0]) };
    case "add":
    case "pull":
      words({ min: 1, max: 1, what: name === "add" ? "an ONNX file or a directory" : "a source" });
      return { ...common, action: "add", ...modelsAdd(name, rest[0], values) };
    case "push": {
      words({ min: 1, max: 1, what: "a directory or the name of a model" });
      const [to, toToken] = [values.address("to"), values.text("to-token")];
      return { ...common, action: "push", what: rest[0], to, toToken };
    }
    case "test": {
      words({ min: 1, max: 10_000, what: "the name of a model" });
      return { ...common, action: "test", model: modelIn(rest[0]), images: rest.slice(1) };
    }
    case "bind":
    case "unbind":
      words({ min: 1, max: 1, what: "the name of a model" });
      return { ...common, action: "bind", model: modelIn(rest[0]), labels: name === "bind" ? boundLabels(values) : [] };
    default:
      return { ...common, ...rolloutAction(name, rest, values) };
  }
}

function boundLabels(values: FlagValues): readonly string[] {
  const labels = labelsIn(values);
  if (labels.length > 0) return labels;
  throw new DmlError("usage", "`dml models bind` needs a --label.", {
    advice: "As in `dml models bind yolo --label gpu`.",
  });
}

function modelsAdd(verb: "add" | "pull", text: string, values: FlagValues): ModelsAdd {
  const source = parseModelSource(text);
  if (verb === "pull" && source.kind === "path") {
    throw new DmlError("usage", `${JSON.stringify(text)} is no source to pull from.`, {
      advice: `A file or directory here: \`dml models add ${text}\`.`,
    });
  }
  return {
    source,
    name: nameIn(values),
    labels: values.text("labels"),
    manifest: values.text("manifest"),
    license: values.matching("license", { pattern: LICENSE_PATTERN, form: "an SPDX expression, like MIT" }),
    sha256: values.matching("sha256", { pattern: SHA256_PATTERN, form: "64 hexadecimal digits" })
      ?.toLowerCase().replace("sha256:", "") ?? null,
    save: values.text("save"),
    yes: values.toggle("yes") ?? false,
    dryRun: values.toggle("dry-run") ?? false,
    home: values.text("home"),
  };
}

// The environment variable of `--name` names a node, not a model.
function nameIn(values: FlagValues): string | null {
  const given = values.given.get("name");
  return typeof given === "string" ? modelIn(given) : null;
}

function modelIn(text: string): string {
  if (NAME_PATTERN.test(text)) return text;
  throw new DmlError(
    "usage",
    `A model is called NAME or NAME@VERSION, in lower case, not ${JSON.stringify(text)}.`,
  );
}
