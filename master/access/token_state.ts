import type { TokenListing } from "../../protocol/http_api/token_api.ts";
import type { SecretRefusal } from "../../protocol/security/token_form.ts";
import type { TokenRecord } from "./token_records.ts";

/** Returns the state of a token at `nowMs`, in milliseconds since the Unix epoch. */
export function stateOf(
  { revokedAtMs, expiresAtMs, uses, usesMax }: TokenRecord,
  nowMs: number,
): TokenListing["state"] {
  if (revokedAtMs !== null) return "revoked";
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return "expired";
  return usesMax !== null && uses >= usesMax ? "used up" : "valid";
}

/** Returns a token as it is listed. */
export function listingOf(record: TokenRecord, nowMs: number): TokenListing {
  const { digest: _, ...shown } = record;
  return { ...shown, state: stateOf(record, nowMs) };
}

/** Returns why a token that is no longer valid is refused. */
export function refusalOf(record: TokenRecord, nowMs: number): SecretRefusal {
  const { name, role, gallery, usesMax, expiresAtMs, revokedAtMs } = record;
  const ofGallery = gallery === null ? "" : ` --gallery ${gallery}`;
  const advice = `Ask the admin for another: \`dml token create --role ${role}${ofGallery}\`.`;
  switch (stateOf(record, nowMs)) {
    case "revoked":
      return { reason: `The token ${name} was revoked on ${dayOf(revokedAtMs)}.`, advice };
    case "used up":
      return {
        reason: `The token ${name} has let in ${usesMax} node${usesMax === 1 ? "" : "s"}, as many as it may.`,
        advice,
      };
    case "expired":
      return {
        reason: `The token ${name} expired on ${dayOf(expiresAtMs)}.`,
        advice: `${advice} If it should still be valid, check the clock of the master's host.`,
      };
    case "valid":
      return { reason: `The token ${name} cannot be used here.`, advice };
  }
}

function dayOf(atMs: number | null): string {
  return `${new Date(atMs ?? 0).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
