import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Note } from "../../../protocol/messages/prediction.ts";
import { letterbox } from "../../image/geometry/geometry.ts";
import type { Picture } from "../../image/picture.ts";
import type { FaceSearchParameters, FacesParameters } from "../../manifest/faces.ts";
import { suppressOverlaps } from "../detect/nms.ts";
import type { Stopwatch } from "../stopwatch.ts";
import { DECODING_INPUT, type DetectedFace } from "./detect.ts";
import type { Detector, View } from "./detector.ts";
import { isDoubtful, type SeenFaceBox, suppressDuplicates } from "./duplicates.ts";
import { coarseView, covering, fineView, isCut, tilesOf, viewsOfAll, windowsOver } from "./views.ts";

/** Share of the detector's runs that the first looks at a wide or tall picture may take. */
const TILES_SHARE = 0.5;
/**
 * Height of the faces that a further look reports at most, in `smallHeight`s: larger ones were seen
 * before, and parts of them look like faces.
 */
const REPORTED_HEIGHTS = 4;
/**
 * The same for the looks at all of a picture: larger ones leave traces in the first look. And how
 * much they overlap, in these heights.
 */
const EVERYWHERE_HEIGHTS = 3;
const EVERYWHERE_OVERLAP = 4 / 3;
/** Scale of a view from which on a larger one would show no more. */
const SCALE_ENOUGH = 1.25;
/**
 * In a crowd, small faces are expected anywhere, so all windows are looked at: if there are at most
 * so many for each small face, and they take at most this share of the runs that are left.
 */
const WINDOWS_PER_FACE = 3;
const CROWD_SHARE = 0.5;

/** Faces of a picture, and remarks on what was not looked at or is not reported. */
export interface SearchResult {
  readonly faces: readonly DetectedFace[];
  readonly notes: readonly Note[];
  /** Number of runs of the detector. */
  readonly runs: number;
}

/** Part of a {@linkcode Detector} that the search uses. */
export type FaceFinder = Pick<Detector, "look">;

/** Picture to search, and what the search may take. */
export interface FaceSearchOptions {
  readonly parameters: FacesParameters;
  readonly picture: Picture;
  readonly watch: Stopwatch;
  /** Largest number of runs of the detector, at least 1. */
  readonly runsMax?: number;
  /** True to look for small faces everywhere, as far as the plan says how. */
  readonly smallFaces?: boolean;
}

/**
 * The search for the faces of one picture: first a look at all of it in a small input, then, only
 * where small faces may be, further ones at larger scales; on request also some at everything.
 */
export class FaceSearch {
  readonly #detector: FaceFinder;
  readonly #parameters: FacesParameters;
  readonly #picture: Picture;
  readonly #watch: Stopwatch;
  readonly #found: SeenFaceBox[] = [];
  readonly #smallFaces: boolean;
  readonly #runsMax: number;
  #runsLeft: number;
  #viewsLeftOut = 0;
  /** Scale at which all of the picture was looked at; 1 as long as it was not. */
  #scaleEverywhere = 1;

  constructor(detector: FaceFinder, options: FaceSearchOptions) {
    const { parameters, picture, watch, runsMax = LIMITS.detectorRunsMax, smallFaces = false } = options;
    this.#detector = detector;
    this.#parameters = parameters;
    this.#picture = picture;
    this.#watch = watch;
    this.#smallFaces = smallFaces;
    this.#runsMax = runsMax;
    this.#runsLeft = runsMax;
  }

  /** Returns the faces, best first, at most `LIMITS.personsMax`. Call it once. */
  async find(): Promise<SearchResult> {
    const { search, scoreMin } = this.#parameters;
    if (search === undefined) {
      const view = { input: DECODING_INPUT, fit: letterbox(this.#picture, DECODING_INPUT) };
      await this.#look(view, { scoreMin, heightMax: Infinity });
    } else {
      await this.#searchTiles(search);
      if (this.#smallFaces && search.everywhere !== undefined) await this.#lookEverywhere(search.everywhere, search);
    }
    const faces = suppressDuplicates(this.#found, this.#parameters);
    this.#watch.lap("interpretMs");
    const runs = this.#runsMax - this.#runsLeft;
    return { faces: faces.slice(0, LIMITS.personsMax), notes: this.#notes(faces.length), runs };
  }

  /**
   * Looks at each tile, once more at those with small faces, and then at windows with the smallest.
   */
  async #searchTiles(search: FaceSearchParameters): Promise<void> {
    const countMax = Math.max(1, Math.floor(this.#runsMax * TILES_SHARE));
    let views: View[] = [];
    for (const tile of tilesOf(this.#picture, { ...search, countMax })) {
      const view = coarseView(tile, search.coarse);
      const faces = await this.#look(view, { scoreMin: scoreMinOf(search), heightMax: Infinity });
      if (this.#needsFineLook(faces, { view, search })) views.push(fineView(tile, search.fineSide));
    }
    while (views.length > 0) {
      const faces = await this.#lookAtAll(views, search);
      views = this.#windows(faces, { view: views[0], search });
    }
  }

  /** Returns true if any of the faces is small, or may be but a part of another. */
  #needsFineLook(
    faces: readonly DetectedFace[],
    { view, search }: { view: View; search: FaceSearchParameters },
  ): boolean {
    const isUnsure = (face: DetectedFace) =>
      face.score > this.#parameters.scoreMin && isShownFinely(face, view, search) && isDoubtful(face, faces);
    // What the border cuts is shown whole by the next tile.
    return faces.some((face) =>
      (isCandidate(face, view, search) || isUnsure(face)) && !isCut(face.box, { view, picture: this.#picture })
    );
  }

  /** Looks at the views, as far as runs are left; returns the faces to look at once more. */
  async #lookAtAll(views: readonly View[], search: FaceSearchParameters): Promise<DetectedFace[]> {
    const seen = views.slice(0, this.#runsLeft);
    this.#viewsLeftOut += views.length - seen.length;
    const candidates: DetectedFace[] = [];
    for (const view of seen) {
      const heightMax = REPORTED_HEIGHTS * search.smallHeight / view.fit.scale;
      const faces = await this.#look(view, { scoreMin: scoreMinOf(search), heightMax });
      const isUnsure = ({ box, score }: DetectedFace) =>
        box.height * view.fit.scale < search.smallHeightFine || score <= this.#parameters.scoreMin;
      candidates.push(...faces.filter((face) => isCandidate(face, view, search) && isUnsure(face)));
    }
    return candidates;
  }

  /**
   * Looks at all of the picture at a large scale, with the runs that are left. Faces that only
   * these looks find need a higher score, because most of what they show is no face.
   */
  async #lookEverywhere(
    { scoreMin, ...plan }: NonNullable<FaceSearchParameters["everywhere"]>,
    { smallHeight }: FaceSearchParameters,
  ): Promise<void> {
    if (this.#runsLeft === 0) return;
    const heightMax = EVERYWHERE_HEIGHTS * smallHeight;
    const overlap = heightMax * EVERYWHERE_OVERLAP;
    const views = viewsOfAll(this.#picture, { ...plan, overlap, countMax: this.#runsLeft });
    this.#scaleEverywhere = views[0].fit.scale;
    for (const view of views) {
      await this.#look(view, { scoreMin, heightMax: heightMax / view.fit.scale, reportedScoreMin: scoreMin });
    }
  }

  /**
   * Returns windows at twice the scale of `view` that show these faces, those with the most faces
   * first; none if the picture has no more detail to show.
   */
  #windows(
    faces: readonly DetectedFace[],
    { view: { input, fit }, search }: { view: View; search: FaceSearchParameters },
  ): View[] {
    if (faces.length === 0 || fit.scale >= SCALE_ENOUGH) return [];
    const windows = windowsOver(this.#picture, { input, scale: fit.scale * 2 });
    const needed = covering(faces.map(({ box }) => box), { views: windows, picture: this.#picture });
    const probable = faces.filter(({ score }) => score > search.candidateScoreMin).length;
    const isCrowd = windows.length <= Math.min(probable * WINDOWS_PER_FACE, this.#runsLeft * CROWD_SHARE);
    return isCrowd ? [...needed, ...windows.filter((window) => !needed.includes(window))] : needed;
  }

  /**
   * Runs the detector once and notes the faces that are to be reported: those with more than
   * `reportedScoreMin` that are at most `heightMax` pixels of the picture high. Returns all with
   * more than `scoreMin`.
   */
  async #look(
    view: View,
    { scoreMin, heightMax, reportedScoreMin = this.#parameters.scoreMin }: {
      scoreMin: number;
      heightMax: number;
      reportedScoreMin?: number;
    },
  ): Promise<DetectedFace[]> {
    this.#runsLeft--;
    const [picture, watch] = [this.#picture, this.#watch];
    const lowest = Math.min(scoreMin, reportedScoreMin);
    const all = await this.#detector.look(picture, { view, scoreMin: lowest, watch });
    const { overlapMax } = this.#parameters;
    // One more than is reported, so that it shows if faces are left out.
    const faces = suppressOverlaps(all, { overlapMax, countMax: LIMITS.personsMax + 1 });
    for (const face of faces) {
      const isReported = face.score > reportedScoreMin && face.box.height <= heightMax;
      if (isReported) this.#found.push({ ...face, isCut: isCut(face.box, { view, picture }), scale: view.fit.scale });
    }
    watch.lap("interpretMs");
    return faces.filter(({ score }) => score > scoreMin);
  }

  #notes(count: number): Note[] {
    const notes: Note[] = [];
    if (this.#viewsLeftOut > 0) {
      const places = this.#viewsLeftOut === 1 ? "1 part" : `${this.#viewsLeftOut} parts`;
      notes.push({
        code: "not_searched_finely",
        text: `${places} of the picture may show more small faces and were not searched for them: ` +
          `the detector runs at most ${LIMITS.detectorRunsMax} times per picture.`,
      });
    }
    if (this.#scaleEverywhere < 1) {
      notes.push({
        code: "not_searched_finely",
        text: `Small faces were looked for at ${Math.round(this.#scaleEverywhere * 100)} % of the picture's size: ` +
          `the detector runs at most ${LIMITS.detectorRunsMax} times per picture.`,
      });
    }
    if (count > LIMITS.personsMax) {
      notes.push({
        code: "persons_limited",
        text: `More than ${LIMITS.personsMax} persons were found; the surest ${LIMITS.personsMax} are reported.`,
      });
    }
    return notes;
  }
}

/** Returns the score that a face needs to be considered at all. */
function scoreMinOf({ candidateScoreMin, faintScoreMin }: FaceSearchParameters): number {
  return Math.min(candidateScoreMin, faintScoreMin);
}

/** Returns true if a view of twice the scale would report the face. */
function isShownFinely({ box }: DetectedFace, { fit }: View, search: FaceSearchParameters): boolean {
  return box.height * fit.scale * 2 <= REPORTED_HEIGHTS * search.smallHeight;
}

/** Returns true if the face is small in this view, and has a high enough score for its size. */
function isCandidate({ box, score }: DetectedFace, { fit }: View, search: FaceSearchParameters): boolean {
  const height = box.height * fit.scale;
  if (height >= search.smallHeight) return false;
  return score > (height < search.faintHeight ? search.faintScoreMin : search.candidateScoreMin);
}
