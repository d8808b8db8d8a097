import { LIMITS } from "./limits.ts";

/**
 * Returns `text`, shortened to `charactersMax` characters with an ellipsis at the end if it is
 * longer. Never splits a surrogate pair.
 */
export function clip(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const kept = text.slice(0, charactersMax - 1);
  const last = kept.charCodeAt(kept.length - 1);
  const isHalfPair = last >= 0xd800 && last <= 0xdbff;
  return `${isHalfPair ? kept.slice(0, -1) : kept}…`;
}

/** Returns `reason`, shortened to the length allowed in a message. */
export function clipReason(reason: string): string {
  return clip(reason, LIMITS.reasonCharactersMax);
}
