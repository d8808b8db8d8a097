import { assert, assertEquals } from "../../assert.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import type { Effect } from "../../../master/core/messages/effect.ts";
import { createState } from "../../../master/core/state/state.ts";
import { Inbox } from "../../../master/turn/inbox.ts";
import { MemoryLedger } from "../../../master/ledger/memory_ledger.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { helloOf, idOf } from "../core_world.ts";

/** Returns an inbox whose ledger and effects record the order of their use in `trace`. */
function open() {
  const trace: string[] = [];
  const crashes: unknown[] = [];
  const ledger = new MemoryLedger();
  const append = ledger.append.bind(ledger);
  ledger.append = (events) => {
    trace.push(`append ${events.map(({ type }) => type).join(" ")}`);
    append(events);
  };
  const inbox = new Inbox({
    state: createState(),
    ledger,
    clock: new ManualClock(),
    log: SILENT_LOG,
    onEvent() {},
    onEffect: (effect: Effect) => void trace.push(effect.type),
    onCrash: (error) => void crashes.push(error),
  });
  return { inbox, trace, crashes };
}

function connect(number: number) {
  const nodeId = idOf("node", number);
  const proof = { kind: "open" } as const;
  return {
    type: "connect_node",
    connectionId: number,
    nodeId,
    hello: helloOf(nodeId),
    proof,
    address: "10.0.0.1:1",
  } as const;
}

Deno.test("Inbox.post() runs one turn for all commands that arrive together: one transaction, then the sends", async () => {
  const { inbox, trace } = open();
  inbox.post(connect(1));
  inbox.post(connect(2));
  assertEquals(trace, [], "not before the caller has returned");
  await null;
  assertEquals(trace, ["append node_recorded node_recorded", "welcome", "welcome"]);
});

Deno.test("Inbox.post() does not write to the ledger without durable events", async () => {
  const { inbox, trace } = open();
  inbox.post({ type: "tick" });
  inbox.post({ type: "cancel_task", taskId: idOf("task", 1) });
  await null;
  assertEquals(trace, []);
});

Deno.test("Inbox.flush() runs the turn at once, and does nothing without commands", () => {
  const { inbox, trace } = open();
  inbox.flush();
  inbox.post(connect(1));
  inbox.flush();
  assertEquals(trace.length, 2);
  inbox.flush();
  assertEquals(trace.length, 2);
});

Deno.test("Inbox.flush() stops for good at a broken invariant", () => {
  const { inbox, trace, crashes } = open();
  inbox.post({
    type: "connect_node",
    connectionId: 1,
    nodeId: idOf("node", 1),
    proof: { kind: "open" },
    // no hello, on which the core must throw
    hello: JSON.parse("null"),
    address: "",
  });
  inbox.flush();
  assertEquals(crashes.length, 1);
  assert(crashes[0] instanceof Error);
  inbox.post(connect(2));
  inbox.flush();
  assertEquals(trace, []);
});
