import type { Letterbox, Size } from "../../image/geometry/geometry.ts";
import type { Picture } from "../../image/picture.ts";
import { shrinkIntoTensor } from "../../image/resample/resize.ts";
import type { ModelSessions } from "../pipeline.ts";
import { CheckedSession, type ModelSignature } from "../checked_session.ts";
import type { Stopwatch } from "../stopwatch.ts";
import {
  DECODING_INPUT,
  decodingDetectSignature,
  DETECT_SAMPLES,
  type DetectedFace,
  detectedFaces,
  detectSignature,
  type Predictions,
} from "./detect.ts";
import { type Corners, decodeBox, priorsOf } from "./priors.ts";

/** Sizes of inputs that are kept with their prior boxes, a megabyte each for the largest. */
const SIZES_KEPT = 8;

/** The part of a picture that the detector looks at: `fit` places the picture in the input. */
export interface View {
  readonly input: Size;
  readonly fit: Letterbox;
}

/** The detector for inputs of one size. */
interface SizedDetector {
  readonly runner: CheckedSession<ModelSignature>;
  readonly read: (answer: Record<string, Float32Array>) => Predictions;
}

/**
 * The face detector, which takes inputs of several sizes. All of them share one memory, and the
 * prior boxes of the last sizes are kept.
 */
export class Detector {
  readonly #sessions: ModelSessions;
  readonly #sizes = new Map<string, SizedDetector>();
  #memory: Float32Array;

  /**
   * `coarse` is the size of the usual input; `null` if the detector decodes the boxes itself, and
   * takes no input but {@linkcode DECODING_INPUT}. Throws `model_invalid` if the model file is
   * missing or has another form.
   */
  constructor(sessions: ModelSessions, { coarse }: { coarse: Size | null }) {
    const { width, height } = coarse ?? DECODING_INPUT;
    this.#sessions = sessions;
    this.#memory = new Float32Array(width * height * 3);
    if (coarse !== null) this.#sized(coarse);
    else this.#sizes.set(keyOf(DECODING_INPUT), this.#decoding());
  }

  /**
   * Returns the faces with more than `scoreMin` in a part of the picture, overlapping ones
   * included.
   */
  async look(
    picture: Picture,
    { view: { input, fit }, scoreMin, watch }: { view: View; scoreMin: number; watch: Stopwatch },
  ): Promise<DetectedFace[]> {
    const { runner, read } = this.#sized(input);
    shrinkIntoTensor(picture, { ...DETECT_SAMPLES, ...input, fit, into: runner.input });
    watch.lap("prepareMs");
    const answer = await runner.run();
    watch.lap("inferMs");
    return detectedFaces(read(answer), { scoreMin, input, fit, picture });
  }

  #sized(input: Size): SizedDetector {
    const known = this.#sizes.get(keyOf(input));
    if (known !== undefined) return known;
    const count = input.width * input.height * 3;
    if (count > this.#memory.length) {
      this.#memory = new Float32Array(count);
      this.#sizes.clear(); // their runners would keep the old memory
    }
    if (this.#sizes.size >= SIZES_KEPT) this.#sizes.clear();
    const priors = priorsOf(input);
    const made: SizedDetector = {
      runner: new CheckedSession(this.#sessions, detectSignature(input), this.#memory),
      read: ({ scores, regressions }) => ({ scores, cornersOf: (index) => decodeBox(regressions, priors, index) }),
    };
    this.#sizes.set(keyOf(input), made);
    return made;
  }

  #decoding(): SizedDetector {
    return {
      runner: new CheckedSession(this.#sessions, decodingDetectSignature(), this.#memory),
      read: ({ scores, boxes }) => ({ scores, cornersOf: (index) => cornersAt(boxes, index * 4) }),
    };
  }
}

function cornersAt(boxes: Float32Array, at: number): Corners {
  return [boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3]];
}

function keyOf({ width, height }: Size): string {
  return `${width}x${height}`;
}
