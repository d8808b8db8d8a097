import type { Digest } from "../../protocol/kernel/digest.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { DurableEvent } from "../core/messages/durable_event.ts";
import type { LineageRecord, RolloutRow } from "./ledger.ts";

/** Durable events about versions. */
export type VersionEvent = Extract<
  DurableEvent,
  { type: "latest_moved" | "version_pinned" | "version_removed" | "rollout_begun" | "rollout_ended" }
>;

/** The part of the memory ledger that stores lineages, pins and rollouts. */
export class VersionMemory {
  readonly #lineages: Map<string, LineageRecord>;
  readonly #pinned: Set<Digest>;
  #rollouts: RolloutRow[];

  /** Copies `other`, or starts empty. */
  constructor(other?: VersionMemory) {
    this.#lineages = new Map(other && other.#lineages);
    this.#pinned = new Set(other && other.#pinned);
    this.#rollouts = other ? [...other.#rollouts] : [];
  }

  get lineages(): LineageRecord[] {
    return [...this.#lineages.values()];
  }

  get pinned(): Digest[] {
    return [...this.#pinned];
  }

  /** Returns the rollouts, newest first. */
  get rollouts(): RolloutRow[] {
    return [...this.#rollouts];
  }

  append(event: VersionEvent): void {
    switch (event.type) {
      case "latest_moved": {
        const { name, to: latest, previous } = event;
        this.#lineages.set(name, { name, latest, previous });
        return;
      }
      case "version_pinned":
        if (event.pinned) this.#pinned.add(event.manifestDigest);
        else this.#pinned.delete(event.manifestDigest);
        return;
      case "version_removed":
        return this.#remove(event.manifestDigest);
      case "rollout_begun":
        return this.#record(event.spec.name, event.record);
      case "rollout_ended":
        return this.#record(event.name, event.record);
    }
  }

  #record(name: string, record: RolloutRow["record"]): void {
    const index = this.#rollouts.findIndex(({ record: { rolloutId } }) => rolloutId === record.rolloutId);
    const rows = index < 0 ? [{ name, record }, ...this.#rollouts] : this.#rollouts.with(index, { name, record });
    let count = 0;
    this.#rollouts = rows.filter((row) => row.name !== name || ++count <= LIMITS.rolloutHistoryMax);
  }

  #remove(digest: Digest): void {
    this.#pinned.delete(digest);
    for (const lineage of this.lineages) {
      if (lineage.previous === digest) this.#lineages.set(lineage.name, { ...lineage, previous: null });
      if (lineage.latest === digest) this.#lineages.delete(lineage.name);
    }
    this.#rollouts = this.#rollouts.filter(({ name }) => this.#lineages.has(name));
  }
}
