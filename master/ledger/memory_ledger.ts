import type { Digest } from "../../protocol/kernel/digest.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { DurableEvent } from "../core/messages/durable_event.ts";
import { isFleetEvent } from "../core/messages/fleet_event.ts";
import type { NodeRecord } from "../core/state/state.ts";
import { FleetMemory } from "./fleet_memory.ts";
import type { Ledger, LedgerSnapshot, ModelRecord } from "./ledger.ts";
import { VersionMemory } from "./version_memory.ts";

/**
 * A ledger that lasts as long as the process: for tests, and for the cluster inside `dml predict`.
 */
export class MemoryLedger implements Ledger {
  #nodes = new Map<string, NodeRecord>();
  #models = new Map<Digest, ModelRecord>();
  #removed = new Map<Digest, ModelRecord>();
  #versions = new VersionMemory();
  #fleet = new FleetMemory();

  load(): LedgerSnapshot {
    return {
      nodes: [...this.#nodes.values()],
      models: [...this.#models.values()],
      removed: [...this.#removed.values()],
      lineages: this.#versions.lineages,
      pinned: this.#versions.pinned,
      rollouts: this.#versions.rollouts,
      fleet: this.#fleet.record,
    };
  }

  append(events: readonly DurableEvent[]): void {
    const [nodes, models] = [new Map(this.#nodes), new Map(this.#models)];
    const [removed, versions] = [new Map(this.#removed), new VersionMemory(this.#versions)];
    const fleet = new FleetMemory(this.#fleet);
    for (const event of events) keep(event, { nodes, models, removed, versions, fleet });
    this.#nodes = nodes;
    this.#models = models;
    this.#removed = removed;
    this.#versions = versions;
    this.#fleet = fleet;
  }

  close(): void {}
}

function keep(
  event: DurableEvent,
  { nodes, models, removed, versions, fleet }: {
    nodes: Map<string, NodeRecord>;
    models: Map<Digest, ModelRecord>;
    removed: Map<Digest, ModelRecord>;
    versions: VersionMemory;
    fleet: FleetMemory;
  },
): void {
  if (isFleetEvent(event)) return fleet.append(event);
  switch (event.type) {
    case "node_recorded":
    case "node_judged":
      nodes.set(event.record.nodeId, event.record);
      return;
    case "node_seen": {
      const { nodeId, lastSeenMs, completed } = event;
      const record = nodes.get(nodeId);
      invariant(record !== undefined, `node ${nodeId} was seen but never recorded`);
      nodes.set(nodeId, { ...record, lastSeenMs, completed });
      return;
    }
    case "node_forgotten":
      nodes.delete(event.nodeId);
      fleet.forgetNode(event.nodeId);
      return;
    case "model_registered": {
      const { manifest, document, atWallMs: registeredAtMs } = event;
      models.set(manifest.digest, { manifest, document, registeredAtMs });
      removed.delete(manifest.digest);
      return;
    }
    case "version_removed": {
      const record = models.get(event.manifestDigest);
      if (record !== undefined) removed.set(event.manifestDigest, record);
      models.delete(event.manifestDigest);
      versions.append(event);
      return;
    }
    default:
      versions.append(event);
  }
}
