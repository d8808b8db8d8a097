import { splitPin } from "./pin.ts";
import { type SecretRefusal, unknownToken } from "./token_form.ts";
import { type Role } from "./roles.ts";
import { type ClusterTokens, roleOfToken } from "./tokens.ts";

/** The holder of a credential, as the master knows it. */
export interface Caller {
  readonly role: Role;
  /** Name that logs and the audit call it by; never a secret. */
  readonly name: string;
  /** The one gallery that a caller of the role `people` may use; absent for the other roles. */
  readonly gallery?: string;
  /** Id of the node in whose session the caller acts; absent for the holder of a token. */
  readonly nodeId?: string;
}

/** The secrets that a master accepts, in tokens and in sessions of nodes. */
export interface Credentials {
  /**
   * Returns who proves itself with `secret`; `null` if nobody does. Takes equally long for wrong
   * secrets and right ones.
   */
  identify(secret: string | null): Caller | null;
  /** Returns why `identify` does not know `secret`; `null` or absent if no more is known about it. */
  explain?(secret: string): SecretRefusal | null;
  /**
   * Counts one use of a token. Call it once, when a token has admitted a node for the first time.
   * Returns false if the token has no use left, so that the node must be refused.
   */
  spend?(secret: string): boolean;
}

/** Returns why `secret` is not accepted by `credentials`, in a sentence with a way out. */
export function explainRefusal(credentials: Credentials, secret: string | null): SecretRefusal {
  if (secret === null) {
    return { reason: "The request carries no token.", advice: "Run `dml login`, or pass a token with DML_TOKEN." };
  }
  return credentials.explain?.(secret) ?? unknownToken(secret);
}

/**
 * Returns credentials that ask each of `all` in turn. The first that knows more about a secret
 * explains it, and the first that knows its holder counts its use.
 */
export function anyCredentials(...all: readonly Credentials[]): Credentials {
  return {
    identify: (secret) => firstOf(all, (credentials) => credentials.identify(secret)),
    explain: (secret) => firstOf(all, (credentials) => credentials.explain?.(secret) ?? null),
    spend(secret) {
      const holder = all.find((credentials) => credentials.identify(secret) !== null);
      return holder !== undefined && (holder.spend?.(secret) ?? true);
    },
  };
}

function firstOf<Result>(all: readonly Credentials[], ask: (credentials: Credentials) => Result | null): Result | null {
  for (const credentials of all) {
    const answer = ask(credentials);
    if (answer !== null) return answer;
  }
  return null;
}

/** Returns credentials that are the three tokens of a cluster, with any pin or none. */
export function fixedCredentials(tokens: ClusterTokens): Credentials {
  return {
    identify(secret) {
      const role = roleOfToken(tokens, secret === null ? null : splitPin(secret).secret);
      return role === null ? null : { role, name: role };
    },
  };
}
