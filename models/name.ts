import { DmlError } from "../protocol/kernel/errors.ts";
import { RECOGNIZER_NAME_PATTERN } from "../protocol/schema.ts";

/** What people call a recognizer: its name, and a version unless the latest is meant. */
export interface RecognizerName {
  readonly name: string;
  /** Null means the latest. */
  readonly version: number | null;
}

/** `faces` or `faces@1`, taken apart. Throws `recognizer_unknown` for what cannot be anybody's name. */
export function parseRecognizerName(text: string): RecognizerName {
  const [name, version] = text.split("@");
  const isCanonical = version === undefined || /^[1-9]/.test(version);
  if (!isCanonical || !RECOGNIZER_NAME_PATTERN.test(text)) {
    throw new DmlError(
      "recognizer_unknown",
      `${JSON.stringify(text.slice(0, 100))} is not the name of a recognizer: ` +
        "it is like faces or faces@1, in lower case.",
    );
  }
  return { name, version: version === undefined ? null : Number(version) };
}

/** The text that {@linkcode parseRecognizerName} takes apart. */
export function formatRecognizerName({ name, version }: RecognizerName): string {
  return version === null ? name : `${name}@${version}`;
}
