import type { FleetRecord } from "../core/apply/restore_fleet.ts";
import type { FleetEvent } from "../core/messages/fleet_event.ts";
import { requirementKey, type StandingRequirement } from "../core/state/fleet.ts";
import { labelKey } from "../../protocol/kernel/labels.ts";

/** The part of the memory ledger that stores labels, requirements and bindings. */
export class FleetMemory {
  readonly #labels: Map<string, Map<string, string | null>>;
  readonly #requirements: Map<string, StandingRequirement>;
  readonly #bindings: Map<string, readonly string[]>;

  /** Copies `other`, or begins empty. */
  constructor(other: FleetMemory | null = null) {
    const labels = other === null ? [] : [...other.#labels];
    this.#labels = new Map(labels.map(([nodeId, changes]) => [nodeId, new Map(changes)]));
    this.#requirements = new Map(other === null ? [] : other.#requirements);
    this.#bindings = new Map(other === null ? [] : other.#bindings);
  }

  get record(): FleetRecord {
    return {
      labels: [...this.#labels].map(([nodeId, changes]) => ({
        nodeId,
        change: {
          set: [...changes.values()].filter((label) => label !== null),
          remove: [...changes].filter(([, label]) => label === null).map(([key]) => key),
        },
      })),
      requirements: [...this.#requirements.values()],
      bindings: [...this.#bindings].map(([name, labels]) => ({ name, labels })),
    };
  }

  append(event: FleetEvent): void {
    switch (event.type) {
      case "labels_changed": {
        const changes = this.#labels.get(event.nodeId) ?? new Map<string, string | null>();
        for (const key of event.change.remove) changes.set(key, null);
        for (const label of event.change.set) changes.set(labelKey(label), label);
        this.#labels.set(event.nodeId, changes);
        return;
      }
      case "requirement_stated":
        this.#requirements.set(requirementKey(event.stated), event.stated);
        return;
      case "requirement_dropped":
        this.#requirements.delete(requirementKey(event));
        return;
      case "model_bound":
        if (event.labels.length === 0) this.#bindings.delete(event.name);
        else this.#bindings.set(event.name, event.labels);
        return;
    }
  }

  /** Forgets everything about one node. */
  forgetNode(forgottenId: string): void {
    this.#labels.delete(forgottenId);
    for (const [key, { target }] of this.#requirements) {
      if (target.kind === "node" && target.nodeId === forgottenId) this.#requirements.delete(key);
    }
  }
}
