import { DmlError } from "../protocol/kernel/errors.ts";
import { MODEL_NAME_PATTERN } from "../protocol/kernel/model_name.ts";

/** Name of a model as users write it, with a version unless the latest is meant. */
export interface ModelName {
  readonly name: string;
  /** Version number; null for the latest. */
  readonly version: number | null;
}

/**
 * Parses a model name such as `faces` or `faces@1`. Throws `model_unknown` if `text` is not a valid
 * name.
 */
export function parseModelName(text: string): ModelName {
  const [name, version] = text.split("@");
  const isCanonical = version === undefined || /^[1-9]/.test(version);
  if (!isCanonical || !MODEL_NAME_PATTERN.test(text)) {
    throw new DmlError(
      "model_unknown",
      `${JSON.stringify(text.slice(0, 100))} is not a model name: ` +
        "write it like faces or faces@1, in lower case.",
    );
  }
  return { name, version: version === undefined ? null : Number(version) };
}

/** Formats a model name as text that {@linkcode parseModelName} reads. */
export function formatModelName({ name, version }: ModelName): string {
  return version === null ? name : `${name}@${version}`;
}
