import type { Attributes } from "../../protocol/messages/finding.ts";
import type { Person } from "../../protocol/messages/prediction.ts";
import type { Point, Size } from "../image/geometry.ts";
import type { DetectedFace } from "./faces_detect.ts";
import { rounded } from "./rounded.ts";
import { wholePixels } from "./whole_pixels.ts";

/** Whole pixels for boxes, and decimals for the rest: finer ones are the models' noise, and would fill the answer with digits. */
const LANDMARK_DECIMALS = 1;
const SCORE_DECIMALS = 4;
const EMBEDDING_DECIMALS = 7;

/** A face as users get it: the box clamped into the picture, nobody's name yet. */
export function personOf(
  face: DetectedFace,
  options: {
    landmarks: readonly Point[];
    embedding: Float32Array | null;
    attributes?: Attributes | null;
    picture: Size;
  },
): Person {
  const { landmarks, embedding, attributes = null, picture } = options;
  return {
    box: wholePixels(face.box, picture),
    score: rounded(face.score, SCORE_DECIMALS),
    landmarks: landmarks.map(({ x, y }) => ({
      x: rounded(x, LANDMARK_DECIMALS),
      y: rounded(y, LANDMARK_DECIMALS),
    })),
    name: null,
    similarity: null,
    ...(embedding === null ? {} : {
      embedding: Array.from(embedding, (component) => rounded(component, EMBEDDING_DECIMALS)),
    }),
    ...(attributes === null ? {} : { attributes }),
  };
}
