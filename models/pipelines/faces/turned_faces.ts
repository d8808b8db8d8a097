import type { QuarterTurn } from "../../image/geometry/quarter_turn.ts";
import type { DetectedFace } from "./detect.ts";
import { isSameFaceTurned } from "./duplicates.ts";

/** A face that was found in a turned picture. */
export interface TurnedFace extends DetectedFace {
  /** Turn of the picture in which it was found; its box is in pixels of the picture before it. */
  readonly turn: QuarterTurn;
  /**
   * Score of the detector times the length of the embedding before that is scaled to one. Detectors
   * find many a face at wrong turns with scores as high as at the right one, but its embedding is
   * shorter there: of 976 findings at wrong turns in 367 photos of one face, the longest had 0.88 of
   * the length that it has at the right turn, the median 0.48.
   */
  readonly sureness: number;
}

/**
 * Weight of the sureness at other turns than the main one, at which most faces of the picture are
 * upright: a face that leans over is as sure at two turns, and is then taken at the main one.
 */
const OTHER_TURN_WEIGHT = 0.85;
/**
 * Least sureness of a face at another turn than the main one, in mean sureness of the faces there:
 * four looks see four times as many things that are no faces as one look does.
 */
const OTHER_TURN_SURENESS_MIN = 0.65;

/**
 * Returns each face once, at the turn at which it is surest, best score first. Faces that were
 * found at one turn are taken to be different ones.
 */
export function chooseTurns<Face extends TurnedFace>(
  faces: readonly Face[],
  { overlapMax }: { overlapMax: number },
): Face[] {
  const main = mainTurn(withoutDuplicates(faces, { overlapMax, surenessOf: ({ sureness }) => sureness }));
  const surenessOf = ({ turn, sureness }: Face) => turn === main ? sureness : sureness * OTHER_TURN_WEIGHT;
  const kept = withoutDuplicates(faces, { overlapMax, surenessOf });
  const atMain = kept.filter(({ turn }) => turn === main);
  const least = OTHER_TURN_SURENESS_MIN * totalSureness(atMain) / atMain.length;
  return kept.filter(({ turn, sureness }) => turn === main || sureness >= least)
    .sort((one, other) => other.score - one.score);
}

function withoutDuplicates<Face extends TurnedFace>(
  faces: readonly Face[],
  { overlapMax, surenessOf }: { overlapMax: number; surenessOf: (face: Face) => number },
): Face[] {
  const kept: Face[] = [];
  for (const face of faces.toSorted((one, other) => surenessOf(other) - surenessOf(one))) {
    const isKnown = kept.some((surer) => surer.turn !== face.turn && isSameFaceTurned(face, surer, overlapMax));
    if (!isKnown) kept.push(face);
  }
  return kept;
}

/** Returns the turn whose faces together are surest; 0 if there are no faces. */
function mainTurn(faces: readonly TurnedFace[]): QuarterTurn {
  const turns = Map.groupBy(faces, ({ turn }) => turn);
  const [main] = [...turns].map(([turn, found]) => ({ turn, total: totalSureness(found) }))
    .sort((one, other) => other.total - one.total || one.turn - other.turn);
  return main?.turn ?? 0;
}

function totalSureness(faces: readonly TurnedFace[]): number {
  return faces.reduce((sum, { sureness }) => sum + sureness, 0);
}
