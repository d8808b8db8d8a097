import { DEFAULT_THRESHOLDS, type GalleryThresholds } from "../../../models/gallery/gallery_index.ts";
import { callerOfRequest } from "../../../protocol/http/auth.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { DEFAULT_GALLERY } from "../../../protocol/kernel/people_names.ts";
import type { Person, Prediction } from "../../../protocol/messages/prediction.ts";
import { noteFacts, ownerOf, personFacts } from "../../observe/request_facts.ts";
import type { DialectServices } from "./dialect.ts";

/** Model that finds faces, unless the operator names another. */
const FACES = "faces";

/** Wishes of a request about the faces of one picture. */
export interface FaceWish {
  readonly request: Request;
  /** Gallery to compare with; `null` for none. */
  readonly gallery: string | null;
  readonly embeddings: boolean;
}

/** The work on faces that the dialects have in common. */
export class FaceWork {
  readonly #services: DialectServices;

  constructor(services: DialectServices) {
    this.#services = services;
  }

  /**
   * Returns the gallery that a request is about: the one of its token, or the default one. A token of
   * the admin opens no other.
   */
  galleryOf(request: Request): string {
    return callerOfRequest(request, this.#services.credentials)?.gallery ?? DEFAULT_GALLERY;
  }

  /** Returns the gallery of a request if there is anybody in it to compare with; `null` if not. */
  comparedGallery(request: Request): string | null {
    const gallery = this.galleryOf(request);
    return this.#services.people.store.gallery(gallery) === null ? null : gallery;
  }

  /** Returns the thresholds in force in a gallery, or the usual ones if it does not exist. */
  thresholds(gallery: string): GalleryThresholds {
    const { people } = this.#services;
    return people.store.gallery(gallery) === null ? DEFAULT_THRESHOLDS : people.gallery(gallery).thresholds;
  }

  /** Finds the faces of a picture. Throws what a prediction throws. */
  async find(image: Uint8Array<ArrayBuffer>, { request, gallery, embeddings }: FaceWish): Promise<Prediction> {
    const { predictions, model } = this.#services;
    const options = { annotate: false, crops: false, embeddings, gallery };
    const checked = predictions.check({ model: model ?? FACES, ...options });
    noteFacts(request, { model: model ?? FACES, gallery, bytes: image.length });
    const { prediction } = await predictions.run(image, { ...checked, owner: ownerOf(request) }, request.signal);
    noteFacts(request, personFacts([prediction]));
    return prediction;
  }
}

/** Returns the face with the largest box. Throws `face_missing` if there is none. */
export function largestFace(persons: readonly Person[]): Person {
  if (persons.length > 0) return byArea(persons)[0];
  throw new DmlError("face_missing", "There is no face in the picture.");
}

/** Returns faces by the area of their boxes, the largest first. */
export function byArea(persons: readonly Person[]): Person[] {
  const areaOf = ({ box }: Person) => box.width * box.height;
  return persons.toSorted((one, other) => areaOf(other) - areaOf(one));
}

/** Returns the embedding of a face. Throws `model_unknown` if the model makes none. */
export function embeddingOf({ embedding }: Person): readonly number[] {
  if (embedding !== undefined) return embedding;
  throw new DmlError("model_unknown", "The model makes no embeddings of faces.", {
    advice: "Name one that does with --dialect-model.",
  });
}
