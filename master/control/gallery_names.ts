import type { Clock } from "../../protocol/kernel/clock.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";
import type { GalleryState } from "../core/state/gallery_state.ts";
import type { PeopleStore } from "../people/people_store.ts";

/**
 * Time after a change of a gallery in which nodes may still compare with the people from before: a
 * picture that was begun with the old version may take as long as an attempt.
 */
const CHANGE_KEPT_MS = LIMITS.attemptDeadlineMs;
/** Names of people that are remembered for each version of a gallery, so that few are looked up. */
const NAMES_MAX = 10_000;

export interface GalleryNamesOptions {
  readonly store: Pick<PeopleStore, "person" | "gallery">;
  /** The newest version of each gallery that nodes were told of. Read only. */
  readonly galleries: ReadonlyMap<string, GalleryState>;
  readonly clock: Clock;
}

/** The names that a node may give to persons: those of the people in the gallery it was asked for. */
export class GalleryNames {
  readonly #options: GalleryNamesOptions;
  /** Names that were found, by gallery, in the version that was the newest then. */
  readonly #found = new Map<string, { readonly version: number; readonly names: Set<string> }>();

  constructor(options: GalleryNamesOptions) {
    this.#options = options;
  }

  /** Returns the reason why a node cannot have found these persons; `null` if it can. */
  faultOf({ gallery, persons }: Pick<Prediction, "gallery" | "persons">): string | null {
    if (gallery === undefined) return null;
    for (const { name, candidates = [] } of persons) {
      const names = [...name === null ? [] : [name], ...candidates.map((candidate) => candidate.name)];
      if (names.every((one) => this.#holds(gallery.name, one))) continue;
      return `It named a person whom the gallery ${gallery.name} does not hold.`;
    }
    return null;
  }

  #holds(gallery: string, name: string): boolean {
    const version = this.#options.galleries.get(gallery)?.version;
    // A gallery that was retired in the meantime may still have been used.
    if (version === undefined) return true;
    let found = this.#found.get(gallery);
    if (found?.version !== version || found.names.size >= NAMES_MAX) {
      found = { version, names: new Set() };
      this.#found.set(gallery, found);
    }
    if (found.names.has(name)) return true;
    const { store, clock } = this.#options;
    if (store.person(gallery, name) !== null) {
      found.names.add(name);
      return true;
    }
    const record = store.gallery(gallery);
    return record === null || clock.wallMs() - record.changedMs < CHANGE_KEPT_MS;
  }
}
