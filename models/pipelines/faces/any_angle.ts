import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Attributes } from "../../../protocol/messages/finding.ts";
import type { FaceQuality, Note, Person, Point } from "../../../protocol/messages/prediction.ts";
import { boxTurnedBack, pointTurnedBack, type QuarterTurn, turnedPicture } from "../../image/geometry/quarter_turn.ts";
import type { Box } from "../../image/geometry/geometry.ts";
import type { Picture } from "../../image/picture.ts";
import type { RecognisedFace, RecogniseOptions } from "../pipeline.ts";
import type { Stopwatch } from "../stopwatch.ts";
import type { FaceAttributes } from "./attributes.ts";
import type { FaceDetector, FoundFaces } from "./detectors/face_detector.ts";
import { type FaceDoubt, type FaceVerdict, isKnownFace } from "./doubt/face_doubt.ts";
import { omittedNote } from "./doubt/omitted_note.ts";
import type { FaceEmbedder } from "./face_embedder.ts";
import type { LandmarkFinder } from "./landmark_finder.ts";
import { personOf } from "./person.ts";
import { chooseTurns, type TurnedFace } from "./turned_faces.ts";

const TURNS: readonly QuarterTurn[] = [0, 90, 180, 270];
/** Runs of the detector that are left for each further turn, however many the others need. */
const TURN_RUNS_MIN = 8;

const NOT_SEARCHED: Note = {
  code: "not_searched_finely",
  text: "Parts of the picture may show more small faces, at one angle or another, and were not searched for them: " +
    `the detector runs at most ${LIMITS.detectorRunsMax} times per picture.`,
};
const PERSONS_LIMITED: Note = {
  code: "persons_limited",
  text: `More than ${LIMITS.personsMax} persons were found; the surest ${LIMITS.personsMax} are reported.`,
};

/** Parts of a faces pipeline. */
export interface FaceParts {
  readonly detector: FaceDetector;
  readonly landmarks: LandmarkFinder;
  readonly embedder: FaceEmbedder;
  readonly attributes: FaceAttributes;
  /** `null` if the model doubts no face. */
  readonly doubt: FaceDoubt | null;
  /** Largest overlap of two faces. */
  readonly overlapMax: number;
}

/** A face with all that was seen of it in the turned picture. */
interface SeenFace extends TurnedFace {
  /** Box in pixels of the turned picture. */
  readonly turnedBox: Box;
  /** Landmarks in pixels of the picture as it was sent. */
  readonly landmarks: readonly Point[];
  readonly embedding: Float32Array;
  readonly quality: FaceQuality;
  /** Verdict on the face as it looks in the turned picture; absent if it is not doubted. */
  readonly verdict?: FaceVerdict;
}

/** A face at its right turn, compared with the gallery. */
interface ChosenFace extends SeenFace {
  /** `null` if there is no gallery. */
  readonly recognised: RecognisedFace | null;
}

/** The look at one picture turned four ways, for faces at any angle. */
export class AnyAngleLook {
  readonly #parts: FaceParts;
  readonly #picture: Picture;
  readonly #watch: Stopwatch;

  constructor(parts: FaceParts, { picture, watch }: { picture: Picture; watch: Stopwatch }) {
    this.#parts = parts;
    this.#picture = picture;
    this.#watch = watch;
  }

  /**
   * Returns the persons in the order of the detector's scores, best first, and remarks on what was
   * not searched or is left out. Only one turned copy of the picture is in memory at a time.
   */
  async recognise(wanted: RecogniseOptions): Promise<{ persons: Person[]; notes: Note[] }> {
    const seen: SeenFace[] = [];
    const codes = new Set<Note["code"]>();
    let runsLeft: number = LIMITS.detectorRunsMax;
    for (const [at, turn] of TURNS.entries()) {
      const turned = turnedPicture(this.#picture, turn);
      this.#watch.lap("prepareMs");
      const runsMax = runsLeft - (TURNS.length - 1 - at) * TURN_RUNS_MIN;
      const options = { watch: this.#watch, runsMax, smallFaces: wanted.smallFaces };
      const found = await this.#parts.detector.find(turned, options);
      runsLeft -= found.runs;
      for (const { code } of found.notes) codes.add(code);
      for (const face of found.faces) seen.push(await this.#see(turned, { face, turn }));
    }
    const chosen = chooseTurns(seen, this.#parts).map((face) => compared(face, wanted));
    const kept = chosen.filter(({ verdict }) => wanted.keepDoubtful || !verdict?.isOmitted);
    if (kept.length > LIMITS.personsMax) codes.add("persons_limited");
    const reported = kept.slice(0, LIMITS.personsMax);
    const attributes = await this.#attributesOf(reported);
    const persons = reported.map((face) => this.#personOf(face, { wanted, attributes: attributes.get(face) }));
    this.#watch.lap("interpretMs");
    const notes = [NOT_SEARCHED, PERSONS_LIMITED].filter(({ code }) => codes.has(code));
    return { persons, notes: [...notes, ...omittedNote(chosen.length - kept.length)] };
  }

  async #see(
    turned: Picture,
    { face, turn }: { face: FoundFaces["faces"][number]; turn: QuarterTurn },
  ): Promise<SeenFace> {
    const { landmarks: finder, embedder, doubt } = this.#parts;
    const back = { turn, picture: this.#picture };
    const points = await finder.find(turned, { face, watch: this.#watch });
    embedder.align(turned, points);
    const quality = embedder.measure(points);
    this.#watch.lap("prepareMs");
    const { embedding, length } = await embedder.embedWithLength(this.#watch);
    const verdict = doubt?.asksAbout(face, turned)
      ? doubt.judge(embedding, { ...face, landmarks: points, embeddingLength: length, picture: turned })
      : undefined;
    return {
      turn,
      box: boxTurnedBack(face.box, back),
      turnedBox: face.box,
      score: face.score,
      sureness: face.score * length,
      landmarks: points.map((point) => pointTurnedBack(point, back)),
      embedding: embedding.slice(),
      quality,
      verdict,
    };
  }

  /** Estimates the attributes of the surest faces, each in the picture turned as the face is. */
  async #attributesOf(faces: readonly SeenFace[]): Promise<Map<SeenFace, Attributes | null>> {
    const { attributes } = this.#parts;
    const estimated = new Map<SeenFace, Attributes | null>();
    if (attributes.isEmpty) return estimated;
    const turns = Map.groupBy(faces.slice(0, LIMITS.attributedFacesMax), ({ turn }) => turn);
    for (const [turn, atTurn] of turns) {
      const turned = turnedPicture(this.#picture, turn);
      this.#watch.lap("prepareMs");
      for (const face of atTurn) {
        estimated.set(face, await attributes.estimate(turned, { box: face.turnedBox, watch: this.#watch }));
      }
    }
    return estimated;
  }

  #personOf(
    face: ChosenFace,
    { wanted, attributes }: { wanted: RecogniseOptions; attributes: Attributes | null | undefined },
  ): Person {
    const { landmarks, embedding, quality, recognised, verdict } = face;
    const { embeddings, gallery = null, quality: isMeasured = false } = wanted;
    return personOf(face, {
      landmarks,
      picture: this.#picture,
      attributes,
      embedding: embeddings ? embedding : null,
      quality: embeddings || isMeasured || gallery !== null ? quality : null,
      recognised,
      verdict,
    });
  }
}

/** Compares a face with the gallery; one that it knows is no longer doubted. */
function compared(face: SeenFace, { gallery = null }: RecogniseOptions): ChosenFace {
  const recognised = gallery?.recognise(face.embedding, face.quality) ?? null;
  return { ...face, recognised, verdict: isKnownFace(recognised) ? undefined : face.verdict };
}
