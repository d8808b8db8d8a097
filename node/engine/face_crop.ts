import type { Picture } from "../../models/image/picture.ts";
import { turnedPicture } from "../../models/image/geometry/quarter_turn.ts";
import { cropAround } from "../../models/image/resample/crop_around.ts";
import { uprightTurn } from "../../models/pipelines/faces/upright_turn.ts";
import type { Person } from "../../protocol/messages/prediction.ts";
import type { TaskOptions } from "../../protocol/messages/task.ts";

/**
 * Size of the kept part of the picture around a face: large enough to detect and embed the face
 * again.
 */
const CROP = { factor: 2.5, sideMax: 640 };

/**
 * Returns the part of the picture around a face. If faces were looked for at any angle, it is
 * turned so that the face is upright and is found again without that option.
 */
export function faceCrop(
  picture: Picture,
  { box, landmarks }: Person,
  { anyAngle }: Pick<TaskOptions, "anyAngle">,
): Picture {
  const crop = cropAround(picture, { box, ...CROP });
  return anyAngle ? turnedPicture(crop, uprightTurn(landmarks)) : crop;
}
