import type { Person } from "../../protocol/messages/prediction.ts";

/** Formats a box, such as `187x232 at 413,360`. */
export function boxText({ x, y, width, height }: Person["box"]): string {
  return `${Math.round(width)}x${Math.round(height)} at ${Math.round(x)},${Math.round(y)}`;
}
