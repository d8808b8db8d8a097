import { DmlError } from "../../protocol/kernel/errors.ts";
import { nearest } from "../../protocol/kernel/suggest.ts";

/**
 * Returns `given` as one of `words`. Throws `usage` if it is missing, listing them, or unknown,
 * suggesting the most similar one.
 */
export function oneOf<Word extends string>(
  words: readonly Word[],
  given: string | undefined,
  { what, example }: { what: string; example: string },
): Word {
  const found = words.find((word) => word === given);
  if (found !== undefined) return found;
  if (given === undefined) {
    throw new DmlError("usage", `${what} needs one of ${words.join(", ")}.`, { advice: `As in \`${example}\`.` });
  }
  throw new DmlError("usage", `${what} does not know ${JSON.stringify(given)}.`, {
    advice: `Did you mean ${nearest(given, words) ?? words.join(", ")}?`,
  });
}
