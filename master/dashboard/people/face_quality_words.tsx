import type { FaceQuality } from "../../../protocol/messages/prediction.ts";

/** Size and sharpness of a face in words. */
export function FaceQualityWords({ quality: { eyeDistance, sharpness } }: { quality: FaceQuality }) {
  return <>eyes {Math.round(eyeDistance)} px apart, sharpness {Math.round(sharpness)}</>;
}
