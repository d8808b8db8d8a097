import type { Attributes } from "../../../protocol/messages/finding.ts";
import type { FaceQuality, Person } from "../../../protocol/messages/prediction.ts";
import type { Point, Size } from "../../image/geometry/geometry.ts";
import type { DetectedFace } from "./detect.ts";
import type { RecognisedFace } from "../pipeline.ts";
import { rounded } from "../rounded.ts";
import { wholePixels } from "../whole_pixels.ts";

/** Whole pixels for boxes, and decimals for the rest: finer ones are the models' noise, and would fill the answer with digits. */
const LANDMARK_DECIMALS = 1;
const SCORE_DECIMALS = 4;
const EMBEDDING_DECIMALS = 7;
const SIMILARITY_DECIMALS = 4;
const QUALITY_DECIMALS = 1;

/** What the aligned face told; null where that was not wanted. */
export interface SeenFace {
  readonly embedding: Float32Array | null;
  readonly quality: FaceQuality | null;
  readonly recognised: RecognisedFace | null;
}

export const NOTHING_SEEN: SeenFace = { embedding: null, quality: null, recognised: null };

/** A face as users get it: the box clamped into the picture, and somebody's name where a gallery knows them. */
export function personOf(
  face: DetectedFace,
  options: Partial<SeenFace> & { landmarks: readonly Point[]; attributes?: Attributes | null; picture: Size },
): Person {
  const { landmarks, embedding = null, quality = null, recognised = null, attributes = null, picture } = options;
  return {
    box: wholePixels(face.box, picture),
    score: rounded(face.score, SCORE_DECIMALS),
    landmarks: landmarks.map(({ x, y }) => ({
      x: rounded(x, LANDMARK_DECIMALS),
      y: rounded(y, LANDMARK_DECIMALS),
    })),
    ...(recognised === null ? { name: null, similarity: null } : inWords(recognised)),
    ...(quality === null ? {} : { quality: measured(quality) }),
    ...(embedding === null ? {} : {
      embedding: Array.from(embedding, (component) => rounded(component, EMBEDDING_DECIMALS)),
    }),
    ...(attributes === null ? {} : { attributes }),
  };
}

function inWords({ name, similarity, recognition, candidates }: RecognisedFace): RecognisedFace {
  const near = (value: number) => Math.min(Math.max(rounded(value, SIMILARITY_DECIMALS), -1), 1);
  return {
    name,
    similarity: similarity === null ? null : near(similarity),
    recognition,
    ...(candidates === undefined
      ? {}
      : { candidates: candidates.map((candidate) => ({ ...candidate, similarity: near(candidate.similarity) })) }),
  };
}

function measured({ eyeDistance, sharpness }: FaceQuality): FaceQuality {
  return {
    eyeDistance: rounded(eyeDistance, QUALITY_DECIMALS),
    sharpness: rounded(sharpness, QUALITY_DECIMALS),
  };
}
