import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import type { Note } from "../../../../protocol/messages/prediction.ts";
import type { Box, Size } from "../../../image/geometry/geometry.ts";
import { fromFrame, placed, type Placement } from "../../../image/geometry/placement.ts";
import type { Picture } from "../../../image/picture.ts";
import { PictureTensor } from "../../../image/resample/picture_tensor.ts";
import { type DetectorInput, GRID_SIDE } from "../../../manifest/face_files.ts";
import type { ModelSession } from "../../../tensor.ts";
import { suppressOverlaps } from "../../detect/nms.ts";
import type { ModelSessions } from "../../pipeline.ts";
import { isInPicture } from "../../whole_pixels.ts";
import type { DetectorFamily } from "./detector_family.ts";
import type { FaceCandidate, FaceDetector, FindOptions, FoundFaces } from "./face_detector.ts";

const ROLE = "detect";
/** Position of the picture in the input, as in the programs of all families. */
const RESIZE = { mode: "letterbox", colour: [0, 0, 0], place: "top_left" } satisfies {
  mode: "letterbox";
  colour: number[];
  place: "top_left";
};
/**
 * Range of a box corner, in input sizes: it may lie somewhat outside the input. Values that are not
 * numbers are refused too.
 */
const CORNER_MIN = -1;
const CORNER_MAX = 2;

const PERSONS_LIMITED = {
  code: "persons_limited",
  text: `More than ${LIMITS.personsMax} persons were found; the surest ${LIMITS.personsMax} of them are reported.`,
} satisfies Note;

/** Settings of a {@linkcode SinglePassDetector}. */
export interface SinglePassOptions {
  readonly family: DetectorFamily;
  readonly input: DetectorInput;
  readonly scoreMin: number;
  readonly overlapMax: number;
  /** True if the detector must return the five points. */
  readonly hasPoints: boolean;
}

/** A face detector whose model file runs once per picture. */
export class SinglePassDetector implements FaceDetector {
  readonly #session: ModelSession;
  readonly #options: SinglePassOptions;
  /** Input of the size that was needed last, which most pictures share. */
  #input: { readonly frame: Size; readonly tensor: PictureTensor } | null = null;

  /** Throws `model_invalid` if the model file `detect` is missing or has several inputs. */
  constructor(sessions: ModelSessions, options: SinglePassOptions) {
    if (!Object.hasOwn(sessions, ROLE)) {
      throw new DmlError("model_invalid", `The model has no model file ${ROLE}.`);
    }
    this.#session = sessions[ROLE];
    this.#options = options;
    const { inputNames } = this.#session;
    if (inputNames.length === 1) return;
    throw new DmlError(
      "model_invalid",
      `The model file ${ROLE} has the inputs ${inputNames.join(", ")}; a face detector has one, the picture.`,
    );
  }

  async find(picture: Picture, { watch }: FindOptions): Promise<FoundFaces> {
    const { family, input, scoreMin, hasPoints } = this.#options;
    const { frame, placement } = placeIn(picture, input);
    const tensor = this.#tensorOf(frame);
    tensor.fill(picture, placement);
    watch.lap("prepareMs");
    const outputs = await this.#session.run({ [this.#session.inputNames[0]]: tensor.tensor });
    watch.lap("inferMs");
    const candidates = family.decode(outputs, { frame, scoreMin, hasPoints });
    const faces = this.#choose(candidates, { frame, placement, picture });
    watch.lap("interpretMs");
    return {
      faces: faces.slice(0, LIMITS.personsMax),
      notes: faces.length > LIMITS.personsMax ? [PERSONS_LIMITED] : [],
      runs: 1,
    };
  }

  /**
   * Returns the best candidates that do not overlap, in pixels of the picture, at most one more
   * than may be reported. Drops boxes that are invalid or lie outside the picture.
   */
  #choose(
    candidates: readonly FaceCandidate[],
    { frame, placement, picture }: { frame: Size; placement: Placement; picture: Size },
  ): FaceCandidate[] {
    const visible = candidates.filter(({ box }) => isNearFrame(box, frame))
      .map((candidate) => inPicture(candidate, placement))
      .filter(({ box }) => isInPicture(box, picture));
    const { overlapMax } = this.#options;
    return suppressOverlaps(visible, { overlapMax, countMax: LIMITS.personsMax + 1 });
  }

  #tensorOf(frame: Size): PictureTensor {
    if (this.#input?.frame.width === frame.width && this.#input.frame.height === frame.height) {
      return this.#input.tensor;
    }
    const { samples } = this.#options.family;
    const tensor = new PictureTensor({
      ...frame,
      ...samples,
      tensor: this.#session.inputNames[0],
      layout: "NCHW",
      type: "float32",
      resize: RESIZE,
    });
    this.#input = { frame, tensor };
    return tensor;
  }
}

/** Returns the size of the input for a picture, and the position of the picture in it. */
export function placeIn(picture: Size, input: DetectorInput): { frame: Size; placement: Placement } {
  if (input.size === "fixed") {
    const frame = { width: input.width, height: input.height };
    return { frame, placement: placed(picture, { frame, resize: RESIZE }) };
  }
  const scale = Math.min(1, input.sideMax / Math.max(picture.width, picture.height));
  const width = Math.max(Math.round(picture.width * scale), 1);
  const height = Math.max(Math.round(picture.height * scale), 1);
  return {
    frame: { width: roundedUp(width), height: roundedUp(height) },
    placement: { scaleX: width / picture.width, scaleY: height / picture.height, offsetX: 0, offsetY: 0 },
  };
}

function roundedUp(side: number): number {
  return Math.ceil(side / GRID_SIDE) * GRID_SIDE;
}

function isNearFrame({ x, y, width, height }: Box, frame: Size): boolean {
  const isNear = (at: number, side: number) => at >= CORNER_MIN * side && at <= CORNER_MAX * side;
  return isNear(x, frame.width) && isNear(x + width, frame.width) &&
    isNear(y, frame.height) && isNear(y + height, frame.height);
}

function inPicture({ box, score, points }: FaceCandidate, placement: Placement): FaceCandidate {
  const { x, y } = fromFrame(box, placement);
  const [width, height] = [box.width / placement.scaleX, box.height / placement.scaleY];
  return { box: { x, y, width, height }, score, points: points && points.map((point) => fromFrame(point, placement)) };
}
