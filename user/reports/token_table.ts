import type { TokenListing } from "../../protocol/http_api/token_api.ts";
import { formatDuration, printable } from "../terminal/render.ts";
import { type FittingColumn, fittingTable } from "./fitting_table.ts";

const COLUMNS: readonly FittingColumn[] = [
  { title: "name", shrinks: true },
  { title: "role" },
  { title: "gallery", omitted: 3 },
  { title: "state" },
  { title: "expires" },
  { title: "uses", align: "right", omitted: 2 },
  { title: "last used", align: "right" },
  { title: "made", align: "right", omitted: 1 },
  { title: "id", omitted: 0 },
];

/** Formats the tokens of a master as a table. */
export function renderTokens(
  tokens: readonly TokenListing[],
  { nowMs, ...options }: { nowMs: number; columnsMax: number; color: boolean },
): string {
  const rows = tokens.map((token) => [
    printable(token.name),
    token.plain ? `${token.role}, no TLS` : token.role,
    printable(token.gallery ?? ""),
    token.state,
    expiryText(token, nowMs),
    token.role === "node" && token.usesMax !== null ? `${token.uses}/${token.usesMax}` : "",
    agoText(token.lastUsedAtMs, nowMs),
    token.createdAtMs === null ? "first start" : agoText(token.createdAtMs, nowMs),
    token.tokenId ?? "",
  ]);
  return fittingTable(COLUMNS, rows, options);
}

/** Returns when a token expires or ended: `never`, `in 23 h` or `2 h ago`. */
export function expiryText({ expiresAtMs, revokedAtMs }: TokenListing, nowMs: number): string {
  if (revokedAtMs !== null) return agoText(revokedAtMs, nowMs);
  if (expiresAtMs === null) return "never";
  return expiresAtMs > nowMs ? `in ${formatDuration(expiresAtMs - nowMs)}` : agoText(expiresAtMs, nowMs);
}

function agoText(atMs: number | null, nowMs: number): string {
  return atMs === null ? "-" : `${formatDuration(Math.max(0, nowMs - atMs))} ago`;
}
