import { decodeManifest, encodeManifest, type Manifest, modelName } from "../../models/manifest.ts";
import type { ModelAdded, ModelDetail, ModelListing } from "../../protocol/http_api/api.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { ModelsClient } from "../../user/client/models_client.ts";

/** A client of the models of a master, held in memory. */
export class FakeModelsClient implements ModelsClient {
  readonly label = "fake";
  readonly files = new Map<Digest, Uint8Array<ArrayBuffer>>();
  readonly manifests: Manifest[] = [];
  /** The error of `list`; `null` if it succeeds. */
  failure: DmlError | null = null;

  list(): Promise<ModelListing[]> {
    if (this.failure !== null) return Promise.reject(this.failure);
    return Promise.resolve(this.manifests.map(listingOf));
  }

  /** Shows a model; the first version that was added is the latest one. */
  show(name: string): Promise<ModelDetail> {
    const found = this.manifests.find((manifest) => name === manifest.name || name === modelName(manifest));
    if (found !== undefined) return Promise.resolve({ model: listingOf(found), nodes: [], placement: [], labels: [] });
    return Promise.reject(new DmlError("model_unknown", `There is no ${name}.`));
  }

  read(digest: Digest): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = this.files.get(digest);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new DmlError("blob_not_found", digest));
  }

  put(digest: Digest, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (digestOf(bytes) !== digest) return Promise.reject(new DmlError("blob_corrupt", digest));
    this.files.set(digest, bytes);
    return Promise.resolve();
  }

  add(bytes: Uint8Array<ArrayBuffer>): Promise<ModelAdded> {
    const manifest = decodeManifest(bytes);
    this.manifests.push(manifest);
    this.files.set(digestOf(bytes), bytes);
    return Promise.resolve({ name: modelName(manifest), manifestDigest: digestOf(bytes), isNew: true });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function listingOf(manifest: Manifest): ModelListing {
  const { description, license, requirements } = manifest;
  const name = modelName(manifest);
  return {
    name,
    description,
    license,
    requirements,
    manifestDigest: encodeManifest(manifest).digest,
    bytes: 1,
    readyNodes: 0,
  };
}
