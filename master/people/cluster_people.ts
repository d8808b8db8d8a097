import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { PublishedGallery } from "../core/state/gallery_state.ts";
import type { MasterHandle, MasterOptions } from "../master_handle.ts";
import type { ModelStore } from "../models/model_store.ts";
import type { FaceFinder } from "./face_finder.ts";
import { totalOf } from "./build_gallery.ts";
import type { GalleryDelivery } from "./gallery_delivery.ts";
import { MemoryPeopleStore } from "./memory_people_store.ts";
import { People } from "./people.ts";
import type { PeopleStore } from "./people_store.ts";

/** The model that looks at the faces of people. */
const MODEL = "faces";
/** Its model file that makes embeddings. */
const EMBED_ROLE = "embed";

/** The people of a master: its predictions find their faces, its control port brings them to the nodes. */
export function clusterPeople(
  options: MasterOptions,
  { master, models }: {
    master: Pick<MasterHandle, "predict" | "readAnnotated" | "publishGallery" | "retireGallery">;
    models: Pick<ModelStore, "resolve">;
  },
): People {
  const { durableBlobs: durable, clock, random, log } = options;
  const store = options.people ?? new MemoryPeopleStore();
  const finder = clusterFaceFinder(master, models);
  return new People({ store, durable, finder, publisher: clusterGalleryDelivery(master), clock, random, log });
}

/** The galleries as the nodes were last told of them, so that a master that starts asks about nobody without them. */
export function publishedGalleries(store: PeopleStore): PublishedGallery[] {
  return store.galleries().flatMap(({ name: gallery, embedder, built }) => {
    if (built === null) return [];
    const { version, index, buckets } = built;
    return [{ gallery, version, index, people: totalOf(buckets).people, embedder }];
  });
}

/** Finds faces by the master's own predictions. */
function clusterFaceFinder(
  master: Pick<MasterHandle, "predict" | "readAnnotated">,
  models: Pick<ModelStore, "resolve">,
): FaceFinder {
  const embedderOf = (model: string): Digest => {
    const { name, manifest } = models.resolve(model);
    const file = manifest.files.find(({ role }) => role === EMBED_ROLE);
    if (file !== undefined) return file.digest;
    throw new DmlError("model_unknown", `The model ${name} makes no embeddings.`);
  };
  return {
    embedder: () => embedderOf(MODEL),
    async find(picture, { gallery, crops, signal }) {
      // That very version: what people are compared with must not depend on what is being tried out.
      const { name } = models.resolve(MODEL);
      const options = { model: name, annotate: false, embeddings: true, gallery, crops, signal };
      const { prediction: { persons, model } } = await master.predict(picture, options);
      return { persons, embedder: embedderOf(model) };
    },
    readCrop: (digest) => master.readAnnotated(digest),
  };
}

/** Brings galleries to the nodes of the master. */
function clusterGalleryDelivery(
  master: Pick<MasterHandle, "publishGallery" | "retireGallery">,
): GalleryDelivery {
  return {
    async publish({ gallery, version, index }) {
      const { ready, pending, failed } = await master.publishGallery({ gallery, version, index });
      return { ready, pending, failed };
    },
    retire: (gallery) => master.retireGallery(gallery),
  };
}
