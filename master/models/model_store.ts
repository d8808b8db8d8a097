import type { CatalogEntry } from "../../models/catalog/catalog_entry.ts";
import { encodeManifest, type Manifest, modelName, requiredBlobs } from "../../models/manifest.ts";
import { ModelRegistry, type RegisteredModel } from "../../models/registry.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { stateOf, takeOut } from "../../protocol/blob/blob_state.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";

/** A blob that the catalog can make. */
interface Source {
  readonly size: number;
  /** Models that use it: versions and related models share model files. */
  readonly models: RegisteredModel[];
  /** Description for log messages. */
  readonly what: string;
  readonly load: () => Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * The models that the master serves, and their files among its durable blobs. A file of the catalog
 * is made when it is first requested, once and for all: so a master listens at once, and makes no
 * file that nobody needs.
 */
export class ModelStore {
  readonly #durable: BlobStore;
  readonly #log: Log;
  readonly #catalog: readonly CatalogEntry[];
  readonly #registry = new ModelRegistry();
  readonly #sources = new Map<Digest, Source>();
  /** Blobs that are being made. */
  readonly #pending = new Map<Digest, Promise<void>>();
  /** Models whose files are being checked, by manifest digest. */
  readonly #checking = new Map<Digest, Promise<void>>();
  /** Manifest digests of the models in the catalog. */
  readonly #builtIn = new Set<Digest>();
  /** Manifest digests of the models that are served only after the first request for them. */
  readonly #optional = new Set<Digest>();
  /** Error of the last attempt to make a file, by the manifest digest of its model. */
  readonly #faults = new Map<Digest, DmlError>();

  constructor(options: { durable: BlobStore; log: Log; catalog: readonly CatalogEntry[] }) {
    this.#durable = options.durable;
    this.#log = options.log;
    this.#catalog = options.catalog;
    for (const entry of options.catalog) this.#addEntry(entry);
  }

  /**
   * Adds a model that is not in the catalog. Returns false if it cannot be served, because its
   * files are not all here or its manifest is not valid.
   */
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
   * Checks each file of a model by its hash, after a receiver reported wrong bytes. A damaged file
   * is removed, and made again if the catalog can. Calls during a running check share it.
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
        await takeOut(this.#durable, digest);
        this.#log.warn(`A file of ${name} has the wrong bytes.`, { digest });
      }
      // `ensure` logs the reason itself if the file cannot be made.
      if (this.#sources.has(digest)) await this.ensure(digest).catch(() => {});
      else {
        this.#log.error(`A file of ${name} is ${state === "damaged" ? "damaged and was removed" : "gone"}.`, {
          digest,
          advice: "Send the model again: `dml models add` or `dml models push`.",
        });
      }
    }
  }

  /**
   * Returns true if the file is here with its full size. A file of another size is made again
   * first, if the catalog can; a missing one is not, because nobody has requested it yet.
   */
  async #isWhole({ digest, size }: BlobReference): Promise<boolean> {
    const known = await this.#durable.stat(digest);
    if (known === null || known === size) return known === size;
    await this.ensure(digest).catch(() => {});
    return await this.#durable.stat(digest) === size;
  }

  /** Unregisters a version; its files stay until garbage collection. */
  remove(digest: Digest): void {
    this.#registry.remove(digest);
  }

  /**
   * Registers all versions of `name` that come with dml again, removed ones too, and returns them.
   */
  restoreBuiltIn(name: string): RegisteredModel[] {
    return this.#catalog.filter(({ manifest }) => manifest.name === name).map(({ manifest }) =>
      this.#registry.add(manifest)
    );
  }

  /**
   * Registers a model that was sent to the master, its files before its manifest. Throws
   * `blob_not_found`, naming the file, if one is missing or has another size, and `model_invalid`
   * if another model has its version.
   */
  async register(manifest: Manifest): Promise<RegisteredModel> {
    for (const { digest, size } of requiredBlobs(manifest)) {
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
    // The manifest is stored first, so that every registered model can be fetched.
    await this.#durable.put(digest, bytes);
    return this.#registry.add(manifest);
  }

  list(): RegisteredModel[] {
    return this.#registry.list();
  }

  /** Returns the model that a name such as `faces` or `faces@1` means. Throws `model_unknown`. */
  resolve(name: string): RegisteredModel {
    return this.#registry.resolve(name);
  }

  /** True if the model comes with dml. */
  isBuiltIn(manifestDigest: Digest): boolean {
    return this.#builtIn.has(manifestDigest);
  }

  /** True if the model is offered to nodes only after the first request for it. */
  isOptional(manifestDigest: Digest): boolean {
    return this.#optional.has(manifestDigest);
  }

  /**
   * Returns the error of the last attempt to make a file of the model; `null` if it did not fail.
   */
  faultOf(manifestDigest: Digest): DmlError | null {
    return this.#faults.get(manifestDigest) ?? null;
  }

  /**
   * Makes the blob if it is in the catalog, and missing or damaged. Throws `assets_missing`,
   * `blob_corrupt` or `disk_full`.
   */
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
      // Deleting a damaged blob first frees its disk space.
      await this.#durable.delete(digest);
      await this.#durable.put(digest, bytes);
      this.#log.info(`Stored ${what}.`, { digest });
    } catch (error) {
      const fault = asDmlError(error);
      for (const model of models) this.#faults.set(model.digest, fault);
      this.#log.error(`Cannot store ${what}: ${fault.message}`, {
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
  return [{ digest, size: bytes.length }, ...requiredBlobs(manifest)];
}
