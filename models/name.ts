import { DmlError } from "../protocol/kernel/errors.ts";
import { MODEL_NAME_PATTERN } from "../protocol/schema.ts";

/** What people call a model: its name, and a version unless the latest is meant. */
export interface ModelName {
  readonly name: string;
  /** Null means the latest. */
  readonly version: number | null;
}

/** `faces` or `faces@1`, taken apart. Throws `model_unknown` for what cannot be anybody's name. */
export function parseModelName(text: string): ModelName {
  const [name, version] = text.split("@");
  const isCanonical = version === undefined || /^[1-9]/.test(version);
  if (!isCanonical || !MODEL_NAME_PATTERN.test(text)) {
    throw new DmlError(
      "model_unknown",
      `${JSON.stringify(text.slice(0, 100))} is not the name of a model: ` +
        "it is like faces or faces@1, in lower case.",
    );
  }
  return { name, version: version === undefined ? null : Number(version) };
}

/** The text that {@linkcode parseModelName} takes apart. */
export function formatModelName({ name, version }: ModelName): string {
  return version === null ? name : `${name}@${version}`;
}
