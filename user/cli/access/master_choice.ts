import type { Address } from "../../../protocol/ports/transport.ts";
import type { FlagValues } from "../flag_values.ts";

/** The token of a command. */
export interface TokenChoice {
  /** `null` if none was named, or it is still in `tokenFile`. */
  readonly token: string | null;
  /** Path of the file that holds the token, `-` for standard input; absent if it is known already. */
  readonly tokenFile?: string;
}

/** The master that a command is about, and the token that goes with it. */
export interface MasterChoice extends TokenChoice {
  /** `null` if none was named. */
  readonly master: Address | null;
  /** Name of the context that the master or the token is of; absent if none is used. */
  readonly context?: string;
  /** Certificate of the authority that the context trusts (PEM); absent if it trusts none. */
  readonly ca?: string;
  /** Address by which other hosts reach a master on this host; absent if `master` is that address. */
  readonly printedAddress?: string;
}

/** Standard input, in place of a file. */
export const STANDARD_INPUT = "-";

/** Returns the token that the flags, their variables or the context name, in this order. */
export function tokenChoiceOf(values: FlagValues): TokenChoice {
  const isOnLine = values.given.has("token") && !values.given.has("token-file");
  const file = isOnLine ? null : values.text("token-file");
  if (file !== null) return { token: null, tokenFile: file };
  const token = values.text("token");
  return token === STANDARD_INPUT ? { token: null, tokenFile: STANDARD_INPUT } : { token };
}

/** Returns the master and the token that the flags, their variables or the context name. */
export function masterChoiceOf(values: FlagValues): MasterChoice {
  const { context, ca, printedAddress } = values.standing;
  return {
    master: values.address("master"),
    ...tokenChoiceOf(values),
    ...(context === undefined ? {} : { context }),
    ...(ca === undefined ? {} : { ca }),
    ...(printedAddress === undefined ? {} : { printedAddress }),
  };
}
