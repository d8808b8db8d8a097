import type { EmbedderThresholds } from "../../models/manifest/face_files.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { PublishedGallery } from "../core/state/gallery_state.ts";
import type { GalleryPublisher } from "./gallery_publisher.ts";
import type { MasterBlobs } from "../blobs/master_blobs.ts";
import type { MasterOptions } from "../master_handle.ts";
import type { Predictions } from "../turn/predictions.ts";
import type { ModelStore } from "../models/model_store.ts";
import type { FaceFinder } from "./face_finder.ts";
import { totalOf } from "./build_gallery.ts";
import type { GalleryDelivery } from "./gallery_delivery.ts";
import { People } from "./people.ts";
import type { PeopleStore } from "./people_store.ts";

/** Name of the model that finds the faces of people. */
const MODEL = "faces";
/** Role of its model file that makes embeddings. */
const EMBED_ROLE = "embed";

/** The services of a master that find faces, read their crops and bring galleries to the nodes. */
export interface PeopleServices {
  readonly predictions: Pick<Predictions, "predict">;
  readonly blobs: Pick<MasterBlobs, "read">;
  readonly galleries: Pick<GalleryPublisher, "publish" | "retire">;
  readonly models: Pick<ModelStore, "resolve">;
}

/** Creates the people of a master on top of its other services. */
export function clusterPeople(
  options: Pick<MasterOptions, "durableBlobs" | "trash" | "clock" | "random" | "log"> & {
    readonly people: PeopleStore;
  },
  services: PeopleServices,
): People {
  const { people: store, durableBlobs: durable, trash, clock, random, log } = options;
  const finder = clusterFaceFinder(services);
  const publisher = clusterGalleryDelivery(services);
  return new People({ store, durable, finder, publisher, ...trash && { trash }, clock, random, log });
}

/**
 * Returns the galleries as the nodes were last told of them. A master starts with them, so that no
 * picture is answered without the enrolled people.
 */
export function publishedGalleries(store: PeopleStore): PublishedGallery[] {
  return store.galleries().flatMap(({ name: gallery, embedder, built }) => {
    if (built === null) return [];
    const { version, index, buckets } = built;
    return [{ gallery, version, index, people: totalOf(buckets).people, embedder }];
  });
}

/** Creates a finder that uses the predictions of the master. */
function clusterFaceFinder({ predictions, blobs, models }: PeopleServices): FaceFinder {
  const modelOf = (model: string): { embedder: Digest; thresholds: EmbedderThresholds | null } => {
    const { name, manifest } = models.resolve(model);
    const file = manifest.files.find(({ role }) => role === EMBED_ROLE);
    if (file === undefined) throw new DmlError("model_unknown", `The model ${name} makes no embeddings.`);
    const own = manifest.pipeline === "faces" ? manifest.parameters.embedder?.thresholds : undefined;
    return { embedder: file.digest, thresholds: own ?? null };
  };
  return {
    embedder: () => modelOf(MODEL).embedder,
    thresholdsOf(embedder) {
      const current = modelOf(MODEL);
      return current.embedder === embedder ? current.thresholds : null;
    },
    async find(picture, { gallery, crops, anyAngle, signal }) {
      // By name and version, so that a rollout under way does not change how people are compared.
      const { name } = models.resolve(MODEL);
      // A person whose face is doubted can be enrolled like any other.
      const asked = { keepDoubtful: true, ...(anyAngle ? { anyAngle } : {}) } as const;
      const options = { model: name, annotate: false, embeddings: true, gallery, crops, ...asked, signal };
      const { prediction: { persons, model } } = await predictions.predict(picture, options);
      return { persons, embedder: modelOf(model).embedder };
    },
    readCrop: (digest) => blobs.read(digest),
  };
}

/** Creates a delivery that uses the publisher of the master. */
function clusterGalleryDelivery({ galleries }: PeopleServices): GalleryDelivery {
  return {
    async publish({ gallery, version, index }) {
      const { ready, pending, failed } = await galleries.publish({ gallery, version, index });
      return { ready, pending, failed };
    },
    retire: (gallery) => galleries.retire(gallery),
  };
}
