import { DmlError } from "../../protocol/kernel/errors.ts";
import type { DurableEvent } from "../../master/core/messages/durable_event.ts";
import { MemoryLedger } from "../../master/ledger/memory_ledger.ts";

/** A ledger on a disk that is full when the test says so. */
export class FailingLedger extends MemoryLedger {
  isFull = false;

  override append(events: readonly DurableEvent[]): void {
    if (this.isFull) throw new DmlError("disk_full", "The ledger cannot be written: database or disk is full.");
    super.append(events);
  }
}
