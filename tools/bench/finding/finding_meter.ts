import { FACES } from "../../../models/catalog/faces.ts";
import { type Box, intersectionOverUnion } from "../../../models/image/geometry/geometry.ts";
import type { Picture } from "../../../models/image/picture.ts";
import type { FacesParameters } from "../../../models/manifest/faces.ts";
import { Detector } from "../../../models/pipelines/faces/detector.ts";
import { type FaceFinder, FaceSearch } from "../../../models/pipelines/faces/search.ts";
import { Stopwatch } from "../../../models/pipelines/stopwatch.ts";
import type { ModelSession } from "../../../models/tensor.ts";
import { invariant } from "../../../protocol/kernel/invariant.ts";
import { median, timed } from "../figure.ts";
import type { KnownPicture } from "./known_pictures.ts";

/** Rounds whose times are compared; one if small faces are looked for everywhere, for seconds. */
const ROUNDS = 3;
/** Overlap (intersection over union) from which on a box is that of a face. */
const OVERLAP_MIN = 0.4;
/** The same for a face that is visible in part: its box may end anywhere. */
const PARTIAL_OVERLAP_MIN = 0.15;

/** Result for one picture. */
export interface FindingResult {
  /** Faces that were found. */
  readonly found: number;
  /** Boxes that are no face, not even in part. */
  readonly others: number;
  /** Runs of the detector. */
  readonly looks: number;
  /** Pixels of the finest look for one of the picture. */
  readonly finestScale: number;
  /** Time of the search, and of a single look, by turns, in milliseconds. */
  readonly ms: number;
  readonly onceMs: number;
}

/** Finds the faces of pictures whose faces are known. */
export class FindingMeter {
  readonly #finder: FaceFinder;
  readonly #parameters: FacesParameters;
  readonly #once: FacesParameters;
  #looks = 0;
  #finestScale = 0;

  constructor(session: ModelSession) {
    invariant(FACES.manifest.pipeline === "faces", "the model looks for faces");
    const { search, ...rest } = FACES.manifest.parameters;
    invariant(search !== undefined, "it looks for small ones");
    const detector = new Detector({ detect: session }, search);
    this.#finder = {
      look: (picture, options) => {
        this.#looks++;
        this.#finestScale = Math.max(this.#finestScale, options.view.fit.scale);
        return detector.look(picture, options);
      },
    };
    this.#parameters = { search, ...rest };
    // A single tile, in which no face counts as small.
    this.#once = { search: { ...search, smallHeight: 1, sideRatioMax: Infinity }, ...rest };
  }

  async measure(
    { picture, boxes, partial }: KnownPicture,
    { smallFaces }: { smallFaces: boolean },
  ): Promise<FindingResult> {
    const laps: { ms: number; onceMs: number }[] = [];
    let faces: Box[] = [];
    for (let round = 0; round < (smallFaces ? 1 : ROUNDS); round++) {
      const onceMs = await timed(() => this.#find(picture, { parameters: this.#once, smallFaces: false }));
      this.#looks = this.#finestScale = 0;
      const ms = await timed(async () => {
        faces = await this.#find(picture, { parameters: this.#parameters, smallFaces });
      });
      laps.push({ ms, onceMs });
    }
    const [looks, finestScale] = [this.#looks, this.#finestScale];
    const left = new Set(faces);
    const found = boxes.filter((box) => left.delete(bestOf(left, { box, overlapMin: OVERLAP_MIN }))).length;
    for (const box of partial) left.delete(bestOf(left, { box, overlapMin: PARTIAL_OVERLAP_MIN }));
    return {
      found,
      others: left.size,
      looks,
      finestScale,
      ms: median(laps.map(({ ms }) => ms)),
      onceMs: median(laps.map(({ onceMs }) => onceMs)),
    };
  }

  async #find(picture: Picture, options: { parameters: FacesParameters; smallFaces: boolean }): Promise<Box[]> {
    const watch = new Stopwatch(() => 0);
    const { faces } = await new FaceSearch(this.#finder, { ...options, picture, watch }).find();
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
