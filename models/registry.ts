import { editDistance } from "../protocol/kernel/suggest.ts";
import type { Digest } from "../protocol/kernel/digest.ts";
import { DmlError } from "../protocol/kernel/errors.ts";
import { encodeManifest, type Manifest, modelName } from "./manifest.ts";
import { formatModelName, parseModelName } from "./name.ts";

const SUGGESTIONS_MAX = 3;

/** A model that can be requested, with its manifest as it is stored and sent. */
export interface RegisteredModel {
  /** `name@version`. */
  readonly name: string;
  readonly manifest: Manifest;
  /** Digest of `bytes`. */
  readonly digest: Digest;
  /** The manifest's JSON in UTF-8. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Index of models by name and version, and by the digest of their manifest. A version, once added,
 * never changes.
 */
export class ModelRegistry {
  /** Versions in ascending order. */
  readonly #versionsByName = new Map<string, RegisteredModel[]>();
  readonly #byDigest = new Map<Digest, RegisteredModel>();

  constructor(manifests: Iterable<Manifest> = []) {
    for (const manifest of manifests) this.add(manifest);
  }

  /**
   * Adds a model; adding the same manifest again has no effect. Throws `model_invalid` if another
   * model has the same name and version.
   */
  add(manifest: Manifest): RegisteredModel {
    const added = { name: modelName(manifest), manifest, ...encodeManifest(manifest) };
    const known = this.#byDigest.get(added.digest);
    if (known) return known;
    const versions = this.#versionsByName.get(manifest.name) ?? [];
    if (versions.some((other) => other.manifest.version === manifest.version)) {
      throw new DmlError(
        "model_invalid",
        `There is already another ${added.name}, and a version never changes.`,
        { advice: `Give it version ${versions[versions.length - 1].manifest.version + 1}.` },
      );
    }
    versions.push(added);
    versions.sort((one, other) => one.manifest.version - other.manifest.version);
    this.#versionsByName.set(manifest.name, versions);
    this.#byDigest.set(added.digest, added);
    return added;
  }

  /**
   * Returns the model named `faces` (its latest version) or `faces@1`. Throws `model_unknown`, with
   * the nearest names, if there is none.
   */
  resolve(text: string): RegisteredModel {
    const wanted = parseModelName(text);
    const versions = this.#versionsByName.get(wanted.name) ?? [];
    const found = wanted.version === null
      ? versions[versions.length - 1]
      : versions.find(({ manifest }) => manifest.version === wanted.version);
    if (found) return found;
    const near = versions.length > 0
      ? versions.map(({ name }) => name).slice(-SUGGESTIONS_MAX)
      : nearestNames(wanted.name, [...this.#versionsByName.keys()]);
    throw new DmlError(
      "model_unknown",
      `There is no model ${formatModelName(wanted)}` +
        (near.length > 0 ? `; the nearest are: ${near.join(", ")}.` : "; there are no models at all."),
    );
  }

  /** Removes a version; another model may then take its name and version. */
  remove(digest: Digest): void {
    const known = this.#byDigest.get(digest);
    if (known === undefined) return;
    this.#byDigest.delete(digest);
    const { name } = known.manifest;
    const versions = (this.#versionsByName.get(name) ?? []).filter((version) => version !== known);
    if (versions.length > 0) this.#versionsByName.set(name, versions);
    else this.#versionsByName.delete(name);
  }

  /** Returns the model whose manifest has this digest. */
  byDigest(digest: Digest): RegisteredModel | undefined {
    return this.#byDigest.get(digest);
  }

  /** Returns all models, ordered by name, then version. */
  list(): RegisteredModel[] {
    return [...this.#versionsByName.keys()].sort()
      .flatMap((name) => this.#versionsByName.get(name) ?? []);
  }
}

/** Returns the names with the smallest edit distance to `wanted`, nearest first. */
function nearestNames(wanted: string, names: readonly string[]): string[] {
  const ranked = names.map((name) => ({ name, distance: editDistance(wanted, name) }));
  ranked.sort((one, other) => one.distance - other.distance || (one.name < other.name ? -1 : 1));
  return ranked.slice(0, SUGGESTIONS_MAX).map(({ name }) => name);
}
