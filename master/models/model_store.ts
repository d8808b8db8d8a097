import type { CatalogEntry } from "../../models/catalog/catalog_entry.ts";
import { blobsOf, encodeManifest, type Manifest, modelName } from "../../models/manifest.ts";
import { ModelRegistry, type RegisteredModel } from "../../models/registry.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { stateOf } from "../../protocol/blob/blob_state.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";

/** Bytes that the catalog can make. */
interface Source {
  readonly size: number;
  /** Whose they are; versions and relatives share model files. */
  readonly models: RegisteredModel[];
  /** For people. */
  readonly what: string;
  readonly load: () => Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * The models that the master serves, and their files in its durable blobs. A file of the catalog is made when it is
 * first asked for, once for ever: a master listens at once and works on nothing that nobody needs.
 */
export class ModelStore {
  readonly #durable: BlobStore;
  readonly #log: Log;
  readonly #catalog: readonly CatalogEntry[];
  readonly #registry = new ModelRegistry();
  readonly #sources = new Map<Digest, Source>();
  /** Blobs being made. */
  readonly #pending = new Map<Digest, Promise<void>>();
  /** By manifest digest: models whose files are looked at. */
  readonly #checking = new Map<Digest, Promise<void>>();
  /** Manifest digests of what the catalog has. */
  readonly #builtIn = new Set<Digest>();
  /** Manifest digests of models that are served from when somebody first asks for them. */
  readonly #optional = new Set<Digest>();
  /** By manifest digest: why its last file could not be made. */
  readonly #faults = new Map<Digest, DmlError>();

  constructor(options: { durable: BlobStore; log: Log; catalog: readonly CatalogEntry[] }) {
    this.#durable = options.durable;
    this.#log = options.log;
    this.#catalog = options.catalog;
    for (const entry of options.catalog) this.#addEntry(entry);
  }

  /** A model that the catalog does not have; false when its files are not all here, so that it cannot be served. */
  async add(manifest: Manifest, digest: Digest): Promise<boolean> {
    if (this.#registry.byDigest(digest) !== undefined) return true;
    for (const file of filesOf(manifest)) if (!await this.#isWhole(file)) return false;
    try {
      return this.#registry.add(manifest).digest === digest;
    } catch (error) {
      if (error instanceof DmlError && error.code === "model_invalid") return false;
      throw error;
    }
  }

  /**
   * Looks at the files of a model of which somebody got wrong bytes, each by its hash: a damaged one is removed, and made
   * again where the catalog can. Calls that come while it is done are one.
   */
  recheck(manifestDigest: Digest): Promise<void> {
    const model = this.#registry.byDigest(manifestDigest);
    if (model === undefined) return Promise.resolve();
    let checking = this.#checking.get(manifestDigest);
    if (checking === undefined) {
      checking = this.#recheck(model).finally(() => this.#checking.delete(manifestDigest));
      this.#checking.set(manifestDigest, checking);
    }
    return checking;
  }

  async #recheck({ name, manifest }: RegisteredModel): Promise<void> {
    for (const { digest } of filesOf(manifest)) {
      const state = await stateOf(this.#durable, digest);
      if (state === "whole") continue;
      if (state === "damaged") {
        await this.#durable.delete(digest);
        this.#log.warn(`A file of ${name} has the wrong bytes.`, { digest });
      }
      // Why it cannot be made is logged where it is tried.
      if (this.#sources.has(digest)) await this.ensure(digest).catch(() => {});
      else {
        this.#log.error(`A file of ${name} is ${state === "damaged" ? "damaged and was removed" : "gone"}.`, {
          digest,
          advice: "Send the model again: `dml models add` or `dml models push`.",
        });
      }
    }
  }

  /** Also when it had to be made, which is done for what is damaged, not for what nobody has asked for yet. */
  async #isWhole({ digest, size }: BlobReference): Promise<boolean> {
    const known = await this.#durable.stat(digest);
    if (known === null || known === size) return known === size;
    await this.ensure(digest).catch(() => {});
    return await this.#durable.stat(digest) === size;
  }

  /** Forgets a version; its files stay until they are collected. */
  remove(digest: Digest): void {
    this.#registry.remove(digest);
  }

  /** Versions of `name` that come with dml, also those that were removed. */
  bringBack(name: string): RegisteredModel[] {
    return this.#catalog.filter(({ manifest }) => manifest.name === name).map(({ manifest }) =>
      this.#registry.add(manifest)
    );
  }

  /**
   * A model that somebody sent, files first. Throws `blob_not_found`, naming the file that is missing or of another size,
   * or `model_invalid` when its version is taken by another.
   */
  async take(manifest: Manifest): Promise<RegisteredModel> {
    for (const { digest, size } of blobsOf(manifest)) {
      await this.ensure(digest);
      const known = await this.#durable.stat(digest);
      if (known === size) continue;
      const what = known === null ? "is not here" : `has ${known} bytes, not ${size}`;
      throw new DmlError("blob_not_found", `The file ${digest} of ${modelName(manifest)} ${what}.`, {
        advice: "Send the files before the manifest; `dml models push` does.",
      });
    }
    const { digest, bytes } = encodeManifest(manifest);
    const known = this.#registry.byDigest(digest);
    if (known !== undefined) return known;
    // Kept first: what is registered can be fetched.
    await this.#durable.put(digest, bytes);
    return this.#registry.add(manifest);
  }

  list(): RegisteredModel[] {
    return this.#registry.list();
  }

  /** What `faces` or `faces@1` means. Throws `model_unknown`. */
  resolve(name: string): RegisteredModel {
    return this.#registry.resolve(name);
  }

  /** Whether it comes with dml. */
  isBuiltIn(manifestDigest: Digest): boolean {
    return this.#builtIn.has(manifestDigest);
  }

  /** Whether nodes are offered it only from when somebody first asks for it. */
  isOptional(manifestDigest: Digest): boolean {
    return this.#optional.has(manifestDigest);
  }

  /** Why the model's files cannot be made, as it was at the last try, or null. */
  faultOf(manifestDigest: Digest): DmlError | null {
    return this.#faults.get(manifestDigest) ?? null;
  }

  /** Makes the blob if the catalog knows how and it is not here, or not whole. Throws `assets_missing`, `blob_corrupt` or `disk_full`. */
  async ensure(digest: Digest): Promise<void> {
    const source = this.#sources.get(digest);
    if (source === undefined) return;
    const known = await this.#durable.stat(digest);
    if (known === source.size) return;
    if (known !== null && !this.#pending.has(digest)) {
      this.#log.warn(`The file of ${source.what} is damaged and is made again.`, {
        digest,
        bytes: known,
        of: source.size,
      });
    }
    const pending = this.#pending.get(digest);
    if (pending !== undefined) return await pending;
    const making = this.#make(digest, source).finally(() => this.#pending.delete(digest));
    this.#pending.set(digest, making);
    await making;
  }

  async #make(digest: Digest, { size, models, what, load }: Source): Promise<void> {
    try {
      if (await this.#durable.stat(digest) === size) return;
      const bytes = await load();
      // One that is damaged makes room first.
      await this.#durable.delete(digest);
      await this.#durable.put(digest, bytes);
      this.#log.info(`Took in ${what}.`, { digest });
    } catch (error) {
      const fault = asDmlError(error);
      for (const model of models) this.#faults.set(model.digest, fault);
      this.#log.error(`Cannot take in ${what}: ${fault.message}`, {
        code: fault.code,
        advice: fault.advice,
      });
      throw fault;
    }
    for (const model of models) this.#faults.delete(model.digest);
  }

  #addEntry({ manifest, isOptional, loadFile }: CatalogEntry): void {
    const model = this.#registry.add(manifest);
    this.#builtIn.add(model.digest);
    if (isOptional) this.#optional.add(model.digest);
    this.#sources.set(model.digest, {
      size: model.bytes.length,
      models: [model],
      what: `the manifest of ${model.name}`,
      load: () => Promise.resolve(model.bytes),
    });
    for (const { role, digest, size } of manifest.files) {
      const what = `the model file ${role} of ${model.name}`;
      const known = this.#sources.get(digest);
      if (known !== undefined) known.models.push(model);
      else this.#sources.set(digest, { size, models: [model], what, load: () => loadFile(role) });
    }
  }
}

function filesOf(manifest: Manifest): BlobReference[] {
  const { digest, bytes } = encodeManifest(manifest);
  return [{ digest, size: bytes.length }, ...blobsOf(manifest)];
}
