import { FACES } from "../../../models/catalog/faces.ts";
import { type Box, intersectionOverUnion } from "../../../models/image/geometry/geometry.ts";
import type { Picture } from "../../../models/image/picture.ts";
import type { FacesParameters } from "../../../models/manifest/faces.ts";
import { Detector } from "../../../models/pipelines/faces/detector.ts";
import { FaceSearch } from "../../../models/pipelines/faces/search.ts";
import { Stopwatch } from "../../../models/pipelines/stopwatch.ts";
import type { ModelSession } from "../../../models/tensor.ts";
import { invariant } from "../../../protocol/kernel/invariant.ts";
import { median, timed } from "../figure.ts";
import type { KnownPicture } from "./known_pictures.ts";

const ROUNDS = 3;
/** Overlap (intersection over union) from which on a box is that of a face. */
const OVERLAP_MIN = 0.4;
/** The same for a face that is visible in part: its box may end anywhere. */
const PARTIAL_OVERLAP_MIN = 0.15;

/** Result for one picture. */
export interface PipelineResult {
  /** Faces that were found. */
  readonly found: number;
  /** Boxes that are no face, not even in part. */
  readonly others: number;
  /** Runs of the detector. */
  readonly looks: number;
  /** Time of the search, and of a single look, by turns, in milliseconds. */
  readonly ms: number;
  readonly onceMs: number;
}

/** Finds the faces of pictures whose faces are known. */
export class FindingMeter {
  readonly #detector: Detector;
  readonly #parameters: FacesParameters;
  readonly #once: FacesParameters;
  #looks = 0;

  constructor(session: ModelSession) {
    invariant(FACES.manifest.pipeline === "faces", "the model looks for faces");
    const { search, ...rest } = FACES.manifest.parameters;
    invariant(search !== undefined, "it looks for small ones");
    const counted: ModelSession = {
      inputNames: session.inputNames,
      outputNames: session.outputNames,
      run: (inputs) => {
        this.#looks++;
        return session.run(inputs);
      },
      release: () => session.release(),
    };
    this.#detector = new Detector({ detect: counted }, search);
    this.#parameters = { search, ...rest };
    // A single tile, in which no face counts as small.
    this.#once = { search: { ...search, smallHeight: 1, sideRatioMax: Infinity }, ...rest };
  }

  async measure({ picture, boxes, partial }: KnownPicture): Promise<PipelineResult> {
    const faces = await this.#find(picture, this.#parameters);
    const laps: { ms: number; onceMs: number }[] = [];
    let looks = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const onceMs = await timed(() => this.#find(picture, this.#once));
      this.#looks = 0;
      const ms = await timed(() => this.#find(picture, this.#parameters));
      looks = this.#looks;
      laps.push({ ms, onceMs });
    }
    const left = new Set(faces);
    const found = boxes.filter((box) => left.delete(bestOf(left, { box, overlapMin: OVERLAP_MIN }))).length;
    for (const box of partial) left.delete(bestOf(left, { box, overlapMin: PARTIAL_OVERLAP_MIN }));
    return {
      found,
      others: left.size,
      looks,
      ms: median(laps.map(({ ms }) => ms)),
      onceMs: median(laps.map(({ onceMs }) => onceMs)),
    };
  }

  async #find(picture: Picture, parameters: FacesParameters): Promise<Box[]> {
    const watch = new Stopwatch(() => 0);
    const { faces } = await new FaceSearch(this.#detector, { parameters, picture, watch }).find();
    return faces.map(({ box }) => box);
  }
}

/** Returns the box that overlaps `box` the most; one that is in no set if none does enough. */
function bestOf(boxes: ReadonlySet<Box>, { box, overlapMin }: { box: Box; overlapMin: number }): Box {
  let [best, overlap] = [box, overlapMin];
  for (const other of boxes) {
    const shared = intersectionOverUnion(other, box);
    if (shared > overlap) [best, overlap] = [other, shared];
  }
  return best;
}
