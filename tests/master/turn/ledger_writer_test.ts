import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { LedgerWriter } from "../../../master/turn/ledger_writer.ts";
import type { DurableEvent } from "../../../master/core/messages/durable_event.ts";
import { assertEquals } from "../../assert.ts";
import { helloOf, idOf } from "../core_world.ts";
import { FailingLedger } from "../failing_ledger.ts";

function open() {
  const ledger = new FailingLedger();
  const appended: DurableEvent[][] = [];
  const append = ledger.append.bind(ledger);
  ledger.append = (events) => {
    append(events);
    appended.push([...events]);
  };
  return { ledger, appended, writer: new LedgerWriter({ ledger, log: SILENT_LOG }) };
}

function recorded(number: number, name = "attic"): DurableEvent {
  const nodeId = idOf("node", number);
  const { publicKey, version, capabilities } = helloOf(nodeId);
  const rest = { standing: "enrolled", address: "10.0.0.1:1", firstSeenMs: 1, lastSeenMs: 1, completed: 0 } as const;
  return { type: "node_recorded", record: { nodeId, publicKey, name, version, capabilities, ...rest } };
}

function seen(number: number, lastSeenMs: number): DurableEvent {
  return { type: "node_seen", nodeId: idOf("node", number), lastSeenMs, completed: 0 };
}

Deno.test("LedgerWriter.write() returns why nothing was stored, and forgets the events", () => {
  const { ledger, appended, writer } = open();
  ledger.isFull = true;
  assertEquals(writer.write([recorded(1)])?.code, "disk_full");
  ledger.isFull = false;
  assertEquals(writer.write([recorded(2)]), null);
  assertEquals(appended, [[recorded(2)]]);
});

Deno.test("LedgerWriter.writeOrRemember() writes missed events before the next ones, in order", () => {
  const { ledger, appended, writer } = open();
  ledger.isFull = true;
  writer.writeOrRemember([recorded(1)]);
  writer.writeOrRemember([recorded(2)]);
  writer.writeOrRemember([]);
  ledger.isFull = false;
  assertEquals(writer.write([seen(1, 5)]), null);
  assertEquals(appended, [[recorded(1), recorded(2), seen(1, 5)]]);
  writer.writeOrRemember([]);
  assertEquals(appended.length, 1, "once");
});

Deno.test("LedgerWriter.writeOrRemember() remembers only the last state of a node that comes and goes", () => {
  const { ledger, appended, writer } = open();
  ledger.isFull = true;
  for (let time = 0; time < 1_000; time++) {
    writer.writeOrRemember([recorded(1), recorded(2), seen(1, time), seen(2, time)]);
  }
  writer.writeOrRemember([{ type: "node_forgotten", nodeId: idOf("node", 2) }, recorded(2, "cellar")]);
  ledger.isFull = false;
  writer.writeOrRemember([]);
  const forgotten: DurableEvent = { type: "node_forgotten", nodeId: idOf("node", 2) };
  assertEquals(appended, [[recorded(1), seen(1, 999), forgotten, recorded(2, "cellar")]]);
});
