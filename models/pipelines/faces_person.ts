import type { FaceQuality, Person } from "../../protocol/messages/prediction.ts";
import type { Box, Point, Size } from "../image/geometry.ts";
import type { DetectedFace } from "./faces_detect.ts";
import type { RecognisedFace } from "./pipeline.ts";

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
  options: Partial<SeenFace> & { landmarks: readonly Point[]; picture: Size },
): Person {
  const { landmarks, embedding = null, quality = null, recognised = null, picture } = options;
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
  };
}

function inWords({ name, similarity, recognition, candidates }: RecognisedFace): RecognisedFace {
  const near = (value: number) => clamp(rounded(value, SIMILARITY_DECIMALS), { from: -1, to: 1 });
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

/** `box` to whole pixels inside the picture, at least one each way. */
function wholePixels(box: Box, picture: Size): Box {
  const x = clamp(Math.round(box.x), { from: 0, to: picture.width - 1 });
  const y = clamp(Math.round(box.y), { from: 0, to: picture.height - 1 });
  const right = clamp(Math.round(box.x + box.width), { from: x + 1, to: picture.width });
  const bottom = clamp(Math.round(box.y + box.height), { from: y + 1, to: picture.height });
  return { x, y, width: right - x, height: bottom - y };
}

function clamp(value: number, range: { from: number; to: number }): number {
  return Math.min(Math.max(value, range.from), range.to);
}

function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  // Adding zero makes minus zero, which JSON does not carry, a plain one.
  return Math.round(value * scale) / scale + 0;
}
