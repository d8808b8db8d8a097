import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Person } from "../../protocol/messages/prediction.ts";
import type { FaceFinder } from "./face_finder.ts";

/**
 * Returns the embedding of the face of a stored crop. A crop is cut around its face, so that is the
 * largest face in it: a neighbour is cut off at the edge. Throws `face_missing` if the crop has no
 * face, and `attempt_failed` if an embedder other than `embedder` answered.
 */
export async function embedCrop(
  crop: Uint8Array<ArrayBuffer>,
  options: { finder: FaceFinder; embedder: Digest; signal?: AbortSignal },
): Promise<Float32Array<ArrayBuffer>> {
  const { finder, embedder, signal } = options;
  const found = await finder.find(crop, { gallery: null, crops: false, signal });
  if (found.embedder !== embedder) {
    throw new DmlError("attempt_failed", "The model for faces has just changed.");
  }
  const area = ({ box }: Person) => box.width * box.height;
  const [largest] = [...found.persons].sort((one, other) => area(other) - area(one));
  if (largest?.embedding === undefined) throw new DmlError("face_missing", "There is no face in the crop.");
  return Float32Array.from(largest.embedding);
}
