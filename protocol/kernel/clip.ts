import { LIMITS } from "./limits.ts";

/** `text`, or its first `charactersMax - 1` characters and an ellipsis; never half a surrogate pair. */
export function clip(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const kept = text.slice(0, charactersMax - 1);
  const last = kept.charCodeAt(kept.length - 1);
  const isHalfPair = last >= 0xd800 && last <= 0xdbff;
  return `${isHalfPair ? kept.slice(0, -1) : kept}…`;
}

/** As much of a sentence as fits into a message that says why. */
export function clipReason(reason: string): string {
  return clip(reason, LIMITS.reasonCharactersMax);
}
