import { readFaceFile } from "./face_file.ts";
import type { Example } from "./logistic_regression.ts";
import { type PhotoSource, photoSources } from "./photo_sources.ts";
import type { Variant } from "./variants.ts";

/** Parts in which the photos are left out by turns, so that each is judged by a stranger to it. */
export const FOLDS = 5;

/**
 * Weight of true faces in variants that look least like faces: of all kinds of faces they would be
 * lost the most.
 */
const HARD_WEIGHT = 4;
const HARD_VARIANTS: readonly Variant[] = ["masked", "small"];

/** A face with what is known about it. */
export interface KnownFace extends Example {
  readonly source: PhotoSource;
  readonly file: string;
  readonly variant: Variant;
  readonly brightness: number;
  readonly fold: number;
}

/**
 * Returns the faces of all sources that were read in `root`. Apart from the hard variants, both
 * kinds have the same weight in all. A source with a `fold` is left out as a whole; the photos of
 * the others are dealt out.
 */
export async function knownFaces(root: string): Promise<KnownFace[]> {
  const faces: KnownFace[] = [];
  for (const source of photoSources()) {
    const photos = await readFaceFile(source, root);
    for (const [index, { file, faces: read }] of photos.entries()) {
      for (const { variant, brightness, values } of read) {
        const answer = source.holds === "faces" ? 1 : 0;
        const fold = source.fold ?? index % FOLDS;
        const weight = answer === 1 && HARD_VARIANTS.includes(variant) ? HARD_WEIGHT : 1;
        faces.push({ source, file, variant, brightness, fold, answer, weight, values: Float64Array.from(values) });
      }
    }
  }
  const share = faces.filter(({ answer }) => answer === 1).length / faces.length;
  return faces.map((face) => ({ ...face, weight: face.weight * 0.5 / (face.answer === 1 ? share : 1 - share) }));
}
