import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { letterbox, type Size } from "../../../image/geometry/geometry.ts";
import type { FaceDoubtParameters } from "../../../manifest/face_doubt.ts";
import type { FacesParameters } from "../../../manifest/faces.ts";
import { DECODING_INPUT, type DetectedFace } from "../detect.ts";
import { EMBED } from "../embed.ts";
import type { RecognisedFace } from "../../pipeline.ts";
import { type DoubtEvidence, doubtNumbers } from "./doubt_numbers.ts";

/** Verdict on a face; absent if the face was not doubted. */
export interface FaceVerdict {
  /** Probability that it is a human face. */
  readonly probability: number;
  readonly isDoubtful: boolean;
  /** True if it is left out unless the request wants to keep it. */
  readonly isOmitted: boolean;
}

/** The classifier of a model that tells human faces from false ones. */
export class FaceDoubt {
  readonly #parameters: FaceDoubtParameters;
  readonly #search: FacesParameters["search"];

  constructor(parameters: FaceDoubtParameters, search: FacesParameters["search"]) {
    this.#parameters = parameters;
    this.#search = search;
  }

  /** Returns true if the face is large enough to be doubted: small ones are kept as they are. */
  asksAbout({ box }: DetectedFace, picture: Size): boolean {
    return box.height * this.#scaleOf(picture) >= this.#parameters.heightMin;
  }

  /**
   * Judges a face by its embedding, of length one, and the other evidence. Throws `model_invalid`
   * if the classifier is made for embeddings of another size.
   */
  judge(
    embedding: Float32Array,
    { picture, ...evidence }: Omit<DoubtEvidence, "scale"> & { picture: Size },
  ): FaceVerdict {
    const { bias, numbers: weights, embedding: components, doubtfulBelow, omittedBelow } = this.#parameters;
    if (embedding.length !== components.length) {
      throw new DmlError(
        "model_invalid",
        `The model file ${EMBED.role} returns ${embedding.length} numbers, ` +
          `and \`doubt.embedding\` of the manifest weighs ${components.length}.`,
      );
    }
    const numbers = doubtNumbers({ ...evidence, scale: this.#scaleOf(picture) });
    const direction = embedding.reduce((sum, component, at) => sum + component * components[at], 0);
    const sum = numbers.reduce(
      (total, number, at) => total + number * weights[at],
      bias + direction * evidence.embeddingLength,
    );
    const probability = 1 / (1 + Math.exp(-sum));
    return { probability, isDoubtful: probability < doubtfulBelow, isOmitted: probability < omittedBelow };
  }

  #scaleOf(picture: Size): number {
    return firstLookScale(picture, this.#search);
  }
}

/**
 * Returns true if a gallery knows the face: then it is a human one, even if another face of the
 * picture is more similar and keeps the name.
 */
export function isKnownFace(recognised: RecognisedFace | null): boolean {
  return recognised?.recognition === "known";
}

/**
 * Returns the pixels of the first look's input for one of the picture, of which it may see a tile.
 */
export function firstLookScale({ width, height }: Size, search: FacesParameters["search"]): number {
  const { coarse, sideRatioMax } = search ?? { coarse: DECODING_INPUT, sideRatioMax: Infinity };
  const sideMax = Math.min(width, height) * sideRatioMax;
  return letterbox({ width: Math.min(width, sideMax), height: Math.min(height, sideMax) }, coarse).scale;
}
