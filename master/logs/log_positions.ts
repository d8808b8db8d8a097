import { LIMITS } from "../../protocol/kernel/limits.ts";

/** Place in a journal of a node: this record and all before it have been received. */
export interface JournalPosition {
  readonly journal: string;
  readonly sequence: number;
}

/** Nodes that are remembered; the one that logged least recently is forgotten. */
export const POSITIONS_MAX = LIMITS.nodesMax;
/**
 * Journals that are remembered of one node, the newest. A node that could not write its own files
 * may not find its last journal there, and then sends older ones again.
 */
export const JOURNALS_MAX = 4;

/** The records that were received of each node, so that none is stored twice. */
export class LogPositions {
  /** In the order of the last change, as the journals of each node. */
  readonly #nodes = new Map<string, readonly JournalPosition[]>();

  constructor(nodes: Iterable<readonly [nodeId: string, journals: readonly JournalPosition[]]> = []) {
    for (const [nodeId, journals] of nodes) for (const position of journals) this.advance(nodeId, position);
  }

  /** Returns the record of a node that was received last; `null` if there is none. */
  of(nodeId: string): JournalPosition | null {
    return this.#nodes.get(nodeId)?.at(-1) ?? null;
  }

  /** Returns true if the record at this place has not been received yet. */
  isNew(nodeId: string, { journal, sequence }: JournalPosition): boolean {
    const known = this.#nodes.get(nodeId)?.find((other) => other.journal === journal);
    return known === undefined || known.sequence < sequence;
  }

  /** Counts the record at this place, and those before it, as received. */
  advance(nodeId: string, { journal, sequence }: JournalPosition): void {
    const others = (this.#nodes.get(nodeId) ?? []).filter((other) => other.journal !== journal);
    this.#nodes.delete(nodeId);
    this.#nodes.set(nodeId, [...others, { journal, sequence }].slice(-JOURNALS_MAX));
    const [oldest] = this.#nodes.keys();
    if (this.#nodes.size > POSITIONS_MAX) this.#nodes.delete(oldest);
  }

  entries(): [nodeId: string, journals: readonly JournalPosition[]][] {
    return [...this.#nodes];
  }
}
