import type { QuarterTurn } from "../../image/geometry/quarter_turn.ts";
import type { Point } from "../../image/geometry/geometry.ts";

/**
 * Returns the turn that brings a face nearest to upright, from its five landmarks: the mouth is
 * then below the eyes.
 */
export function uprightTurn([leftEye, rightEye, , leftMouth, rightMouth]: readonly Point[]): QuarterTurn {
  const right = leftMouth.x + rightMouth.x - leftEye.x - rightEye.x;
  const down = leftMouth.y + rightMouth.y - leftEye.y - rightEye.y;
  if (Math.abs(down) >= Math.abs(right)) return down >= 0 ? 0 : 180;
  return right > 0 ? 90 : 270;
}
