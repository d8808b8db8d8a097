import { DmlError } from "../../protocol/kernel/errors.ts";
import type { DurableEvent } from "../../master/core/messages/durable_event.ts";
import { MemoryLedger } from "../../master/ledger/memory_ledger.ts";

/** Ledger on a disk that is full while the test wants it to be. */
export class FailingLedger extends MemoryLedger {
  isFull = false;

  override append(events: readonly DurableEvent[]): void {
    if (this.isFull) throw new DmlError("disk_full", "The ledger cannot be written: database or disk is full.");
    super.append(events);
  }
}
