import { DIALECT_NAMES, type DialectChoice, type DialectName } from "../../../protocol/http_api/dialect_names.ts";
import { isLoopbackHost } from "../../../protocol/http_api/address.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { MODEL_NAME_PATTERN } from "../../../protocol/kernel/model_name.ts";
import type { FlagValues } from "../flag_values.ts";

/** Word that stands for no dialect at all. */
const NONE = "none";

/** Hosts that a master listens on; `null` if it has no port without TLS. */
interface ListenedHosts {
  readonly host: string;
  readonly plain: string | null;
}

/** Returns the dialects that a master answers if none are named: all, if only this machine reaches it. */
export function usualDialects({ host, plain }: ListenedHosts): readonly DialectName[] {
  return isLoopbackHost(host) && isLoopbackHost(plain ?? host) ? DIALECT_NAMES : [];
}

/** Returns the dialects that `dml serve` answers. Throws `usage`. */
export function dialectChoice(values: FlagValues, hosts: ListenedHosts): DialectChoice {
  const named = values.text("dialects");
  const names = named === null ? usualDialects(hosts) : named === NONE ? [] : namesIn(named);
  return { names, models: Object.fromEntries(modelsIn(values).map((text) => modelChoice(text, names))) };
}

function namesIn(text: string): DialectName[] {
  const words = text.split(",").map((word) => word.trim());
  return DIALECT_NAMES.filter((name) => words.map(dialectNamed).includes(name));
}

function dialectNamed(word: string): DialectName {
  const name = DIALECT_NAMES.find((name) => name === word);
  if (name !== undefined) return name;
  throw new DmlError("usage", `There is no dialect ${JSON.stringify(word)}; there are ${DIALECT_NAMES.join(", ")}.`, {
    advice: `Say --dialects ${DIALECT_NAMES.join(",")}, or ${NONE}.`,
  });
}

function modelsIn(values: FlagValues): readonly string[] {
  const given = values.texts("dialect-model");
  return given.length > 0 ? given : values.text("dialect-model")?.split(",") ?? [];
}

function modelChoice(text: string, names: readonly DialectName[]): [DialectName, string] {
  const [, word, model] = /^([^=]*)=(.*)$/s.exec(text) ?? ["", text, ""];
  const name = dialectNamed(word);
  if (!names.includes(name)) {
    throw new DmlError("usage", `--dialect-model names ${name}, which --dialects leaves out.`, {
      advice: `Say --dialects ${[...names, name].join(",")}.`,
    });
  }
  if (MODEL_NAME_PATTERN.test(model)) return [name, model];
  throw new DmlError("usage", `--dialect-model needs a model for ${name}, as NAME or NAME@VERSION.`, {
    advice: `Say --dialect-model ${name}=MODEL.`,
  });
}
