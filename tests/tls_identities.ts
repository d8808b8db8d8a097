import { type Authority, newAuthority, newIdentity } from "../master/host/authority.ts";
import { pinOfPem } from "../protocol/security/trust.ts";
import type { TlsIdentity } from "../protocol/transport/tls_identity.ts";

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];
const DAY_MS = 86_400_000;

/** An authority, and identities of servers that it vouches for. */
export interface Vouched {
  readonly authority: Authority;
  /** Certificate of the authority, PEM. */
  readonly ca: string;
  /** Pin of the authority. */
  readonly pin: string;
  /** Identity of a server on loopback. */
  readonly identity: TlsIdentity;
}

/** Returns a new authority and the identity of a server on loopback that it vouches for. */
export async function newVouched(): Promise<Vouched> {
  const authority = await newAuthority({ nowMs: Date.now() });
  const ca = authority.certificate;
  return { authority, ca, pin: await pinOfPem(ca) ?? "", identity: await identityOf(authority) };
}

/** Returns an identity that was made `daysAgo`, for a server on loopback unless `names` differ. */
export function identityOf(
  authority: Authority,
  { names = LOOPBACK, daysAgo = 0 }: { names?: readonly string[]; daysAgo?: number } = {},
): Promise<TlsIdentity> {
  return newIdentity(authority, { names, nowMs: Date.now() - daysAgo * DAY_MS });
}
