import type { Digest } from "../../protocol/kernel/digest.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { DurableEvent } from "../core/messages/durable_event.ts";
import type { NodeRecord } from "../core/state/state.ts";
import type { Ledger, LedgerSnapshot, RecognizerRecord } from "./ledger.ts";
import { VersionMemory } from "./version_memory.ts";

/** A ledger that lasts as long as the process: for tests, and for the cluster inside `dml predict`. */
export class MemoryLedger implements Ledger {
  #nodes = new Map<string, NodeRecord>();
  #recognizers = new Map<Digest, RecognizerRecord>();
  #removed = new Map<Digest, RecognizerRecord>();
  #versions = new VersionMemory();

  load(): LedgerSnapshot {
    return {
      nodes: [...this.#nodes.values()],
      recognizers: [...this.#recognizers.values()],
      removed: [...this.#removed.values()],
      lineages: this.#versions.lineages,
      pinned: this.#versions.pinned,
      rollouts: this.#versions.rollouts,
    };
  }

  append(events: readonly DurableEvent[]): void {
    const [nodes, recognizers] = [new Map(this.#nodes), new Map(this.#recognizers)];
    const [removed, versions] = [new Map(this.#removed), new VersionMemory(this.#versions)];
    for (const event of events) keep(event, { nodes, recognizers, removed, versions });
    this.#nodes = nodes;
    this.#recognizers = recognizers;
    this.#removed = removed;
    this.#versions = versions;
  }

  close(): void {}
}

function keep(
  event: DurableEvent,
  { nodes, recognizers, removed, versions }: {
    nodes: Map<string, NodeRecord>;
    recognizers: Map<Digest, RecognizerRecord>;
    removed: Map<Digest, RecognizerRecord>;
    versions: VersionMemory;
  },
): void {
  switch (event.type) {
    case "node_recorded":
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
      return;
    case "recognizer_registered": {
      const { manifest, document, atWallMs: registeredAtMs } = event;
      recognizers.set(manifest.digest, { manifest, document, registeredAtMs });
      removed.delete(manifest.digest);
      return;
    }
    case "version_removed": {
      const record = recognizers.get(event.manifestDigest);
      if (record !== undefined) removed.set(event.manifestDigest, record);
      recognizers.delete(event.manifestDigest);
      versions.keep(event);
      return;
    }
    default:
      versions.keep(event);
  }
}
