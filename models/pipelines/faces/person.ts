import type { Attributes } from "../../../protocol/messages/finding.ts";
import type { FaceQuality, Person } from "../../../protocol/messages/prediction.ts";
import type { Point, Size } from "../../image/geometry/geometry.ts";
import type { DetectedFace } from "./detect.ts";
import type { FaceVerdict } from "./doubt/face_doubt.ts";
import type { RecognisedFace } from "../pipeline.ts";
import { rounded } from "../rounded.ts";
import { wholePixels } from "../whole_pixels.ts";

/**
 * Decimals of the values of a person, whose boxes have whole pixels. Finer ones are the models'
 * noise and would only lengthen the response.
 */
const LANDMARK_DECIMALS = 1;
const SCORE_DECIMALS = 4;
const EMBEDDING_DECIMALS = 7;
const SIMILARITY_DECIMALS = 4;
const QUALITY_DECIMALS = 1;

/** Results from the aligned face; null if they were not requested. */
export interface AlignedFaceResults {
  readonly embedding: Float32Array | null;
  readonly quality: FaceQuality | null;
  readonly recognised: RecognisedFace | null;
  /** Absent if the face was not doubted. */
  readonly verdict?: FaceVerdict;
}

export const NO_FACE_RESULTS: AlignedFaceResults = { embedding: null, quality: null, recognised: null };

/**
 * Converts a face to the person that users receive: the box limited to the picture, with a name if
 * a gallery knows the face.
 */
export function personOf(
  face: DetectedFace,
  options: Partial<AlignedFaceResults> & { landmarks: readonly Point[]; attributes?: Attributes | null; picture: Size },
): Person {
  const { landmarks, embedding = null, quality = null, recognised = null, attributes = null, picture } = options;
  const doubt = options.verdict?.isDoubtful ? options.verdict.probability : null;
  return {
    box: wholePixels(face.box, picture),
    score: rounded(face.score * (doubt ?? 1), SCORE_DECIMALS),
    landmarks: landmarks.map(({ x, y }) => ({
      x: rounded(x, LANDMARK_DECIMALS),
      y: rounded(y, LANDMARK_DECIMALS),
    })),
    ...(doubt === null ? {} : { doubtful: true }),
    ...(recognised === null ? { name: null, similarity: null } : roundedRecognition(recognised)),
    ...(quality === null ? {} : { quality: roundedQuality(quality) }),
    ...(embedding === null ? {} : {
      embedding: Array.from(embedding, (component) => rounded(component, EMBEDDING_DECIMALS)),
    }),
    ...(attributes === null ? {} : { attributes }),
  };
}

function roundedRecognition({ name, similarity, recognition, candidates }: RecognisedFace): RecognisedFace {
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

function roundedQuality({ eyeDistance, sharpness }: FaceQuality): FaceQuality {
  return {
    eyeDistance: rounded(eyeDistance, QUALITY_DECIMALS),
    sharpness: rounded(sharpness, QUALITY_DECIMALS),
  };
}
