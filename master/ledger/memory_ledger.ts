import type { Digest } from "../../protocol/kernel/digest.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { DurableEvent } from "../core/durable_event.ts";
import type { NodeRecord } from "../core/state.ts";
import type { Ledger, LedgerSnapshot, RecognizerRecord } from "./ledger.ts";

/** A ledger that lasts as long as the process: for tests, and for the cluster inside `dml predict`. */
export class MemoryLedger implements Ledger {
  #nodes = new Map<string, NodeRecord>();
  #recognizers = new Map<Digest, RecognizerRecord>();

  load(): LedgerSnapshot {
    return {
      nodes: [...this.#nodes.values()],
      recognizers: [...this.#recognizers.values()],
    };
  }

  append(events: readonly DurableEvent[]): void {
    const [nodes, recognizers] = [new Map(this.#nodes), new Map(this.#recognizers)];
    for (const event of events) keep(event, { nodes, recognizers });
    this.#nodes = nodes;
    this.#recognizers = recognizers;
  }

  close(): void {}
}

function keep(
  event: DurableEvent,
  { nodes, recognizers }: {
    nodes: Map<string, NodeRecord>;
    recognizers: Map<Digest, RecognizerRecord>;
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
      return;
    }
  }
}
