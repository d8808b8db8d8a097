import { asDmlError } from "../../protocol/kernel/errors.ts";
import type { Cluster } from "../../tests/e2e/cluster.ts";
import { SAMPLE_FACES, samplePhoto } from "../sample_photos.ts";
import { expect } from "./trial.ts";

export const PREDICT = { model: "faces", annotate: false, embeddings: false, gallery: null, crops: false } as const;

/** Asks about the first photo, and throws unless its persons are found. */
export async function expectPhotoAnswered(cluster: Cluster): Promise<void> {
  const { prediction } = await cluster.client.predict(await samplePhoto(1), PREDICT);
  expect(prediction.persons.length === SAMPLE_FACES[0], `a photo got ${prediction.persons.length} persons`);
}

/** Returns `answered`, or the code with which the picture was refused. */
export async function outcomeOf(
  cluster: Cluster,
  picture: Uint8Array<ArrayBuffer>,
  model: string = PREDICT.model,
): Promise<string> {
  try {
    await cluster.client.predict(picture, { ...PREDICT, model });
    return "answered";
  } catch (error) {
    return asDmlError(error).code;
  }
}
