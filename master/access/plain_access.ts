import { hasToken } from "../../protocol/http/auth.ts";
import { type AddressRange, isInRange } from "../../protocol/http_api/address_range.ts";
import { isIpAddress } from "../../protocol/http_api/address.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import type { Caller, Credentials } from "../../protocol/security/credentials.ts";
import type { SecretRefusal } from "../../protocol/security/token_form.ts";
import { newToken } from "../../protocol/security/tokens.ts";

/** Addresses whose requests need no token on the port without TLS. */
export interface AddressRule {
  readonly range: AddressRange;
  /** The one gallery that they may look after; `null` if they may only send pictures. */
  readonly gallery: string | null;
}

/** A second HTTP port, without TLS. */
export interface PlainPort {
  readonly address: Address;
  /** Addresses that need no token there. */
  readonly rules: readonly AddressRule[];
}

/** A rule, and the secret that stands for it inside this process. */
interface StandIn {
  readonly range: AddressRange;
  readonly secret: string;
}

/**
 * The credentials of the port without TLS: the tokens that were made for it, and the addresses that
 * need none. A request from such an address is given a secret that never leaves this process, so
 * that all checks behind it are those of tokens.
 */
export class PlainAccess implements Credentials {
  readonly #tokens: Credentials;
  readonly #standIns: readonly StandIn[];
  readonly #callers: ReadonlyMap<Digest, Caller>;

  constructor(tokens: Credentials, { rules }: { rules: readonly AddressRule[] }) {
    this.#tokens = tokens;
    const known = rules.map(({ range, gallery }) => {
      const role = gallery === null ? "user" as const : "people" as const;
      // No token can have this name, because it has a space in it.
      const caller: Caller = { role, name: `from ${range.text}`, ...(gallery === null ? {} : { gallery }) };
      return { range, secret: newToken(role), caller };
    });
    this.#standIns = known;
    this.#callers = new Map(known.map(({ secret, caller }) => [digestOfSecret(secret), caller]));
  }

  identify(secret: string | null): Caller | null {
    const standIn = secret === null ? undefined : this.#callers.get(digestOfSecret(secret));
    return standIn ?? this.#tokens.identify(secret);
  }

  explain(secret: string): SecretRefusal {
    return this.#tokens.explain?.(secret) ?? { reason: "The token is not one for this port.", advice: "" };
  }

  /**
   * Returns `request` as the checks should see it: with the secret of the first rule for the address
   * `remote`, if it carries no token. A browser gets none when it acts for a page, or when the host
   * that it names may have been made to point here by somebody else.
   */
  admitted(request: Request, remote: string | null): Request {
    if (hasToken(request) || remote === null || isFromPage(request)) return request;
    const standIn = this.#standIns.find(({ range }) => isInRange(remote, range));
    if (standIn === undefined) return request;
    const headers = new Headers(request.headers);
    headers.set("authorization", `Bearer ${standIn.secret}`);
    return new Request(request, { headers });
  }
}

function digestOfSecret(secret: string): Digest {
  return digestOf(new TextEncoder().encode(secret));
}

/** Returns true if a page of another site may be behind the request. */
function isFromPage({ url, headers }: Request): boolean {
  const host = URL.parse(url)?.hostname.replace(/^\[(.*)\]$/, "$1") ?? "";
  const isLocalName = isIpAddress(host) || !host.includes(".") || host.endsWith(".local");
  return headers.has("origin") || !isLocalName;
}
