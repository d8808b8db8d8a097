import { DmlError } from "../../protocol/kernel/errors.ts";
import { nearest } from "../../protocol/kernel/suggest.ts";

/** The word of `words` that was given. Throws `usage`: naming them when none was, the nearest one when it is none of them. */
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
  throw new DmlError("usage", `${what} knows no ${JSON.stringify(given)}.`, {
    advice: `Did you mean ${nearest(given, words) ?? words.join(", ")}?`,
  });
}
