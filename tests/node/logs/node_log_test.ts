import { NodeLog } from "../../../node/logs/node_log.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import type { LogPosition, LogRecords } from "../../../protocol/messages/log.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { assert, assertEquals, assertGreater } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const NOTHING: LogPosition = { type: "log.position", journal: null, sequence: 0 };

/** A master that remembers what it got, and answers when the test says so. */
class Receiver {
  readonly messages: LogRecords[] = [];
  #arrived = Promise.withResolvers<void>();
  readonly send = (message: LogRecords): void => {
    this.messages.push(message);
    this.#arrived.resolve();
  };

  get texts(): string[] {
    return this.messages.flatMap(({ records }) => records.map(({ message }) => message));
  }

  /** Position of the last record that it got. */
  get position(): LogPosition {
    const { journal, records } = this.messages[this.messages.length - 1];
    return { type: "log.position", journal, sequence: records[records.length - 1].sequence };
  }

  /** Lets time pass until the next message has arrived. */
  async next(clock: ManualClock): Promise<LogRecords> {
    this.#arrived = Promise.withResolvers();
    let hasArrived = false;
    const arrived = this.#arrived.promise.then(() => hasArrived = true);
    while (!hasArrived) {
      clock.advance(100);
      // The kept records are read from the disk, which takes turns of the event loop.
      await Promise.race([arrived, new Promise((resolve) => setImmediate(resolve))]);
    }
    return this.messages[this.messages.length - 1];
  }
}

let runs = 0;

async function openLog(directory: string) {
  const clock = new ManualClock();
  return {
    clock,
    nodeLog: await NodeLog.open(directory, { clock, random: seededRandom(++runs), printed: SILENT_LOG }),
  };
}

Deno.test("NodeLog sends what was logged before the connection and after it, one message at a time", async () => {
  await using directory = await temporaryDirectory();
  const { nodeLog, clock } = await openLog(directory.path);
  const master = new Receiver();
  nodeLog.log.info("one");
  nodeLog.log.debug("not this");
  nodeLog.positioned(NOTHING, master.send);
  nodeLog.log.warn("two");
  await master.next(clock);
  assertEquals(master.texts, ["one", "two"]);
  nodeLog.log.info("three");
  nodeLog.log.info("four");
  clock.advance(10_000);
  assertEquals(master.texts, ["one", "two"], "nothing more before the answer");
  nodeLog.positioned(master.position, master.send);
  await master.next(clock);
  assertEquals(master.messages.map(({ records }) => records.map(({ sequence }) => sequence)), [[1, 2], [3, 4]]);
  await nodeLog.close();
  assertEquals(clock.pending, 0);
});

Deno.test("NodeLog sends after a restart what the master does not have, once", async () => {
  await using directory = await temporaryDirectory();
  const master = new Receiver();
  const first = await openLog(directory.path);
  first.nodeLog.log.info("one");
  first.nodeLog.positioned(NOTHING, master.send);
  await master.next(first.clock);
  first.nodeLog.disconnected();
  first.nodeLog.log.info("while away");
  await first.nodeLog.close();
  const second = await openLog(directory.path);
  second.nodeLog.log.info("back");
  second.nodeLog.positioned(master.position, master.send);
  await master.next(second.clock);
  second.nodeLog.positioned(master.position, master.send);
  await master.next(second.clock);
  assertEquals(master.texts, ["one", "while away", "back"]);
  assertEquals(new Set(master.messages.map(({ journal }) => journal)).size, 2);
  // The same connection ends and begins again: nothing is sent twice.
  second.nodeLog.disconnected();
  second.nodeLog.log.info("more");
  second.nodeLog.positioned(master.position, master.send);
  await master.next(second.clock);
  assertEquals(master.texts.slice(3), ["more"]);
  await second.nodeLog.close();
});

Deno.test("NodeLog sends a master that does not know it nothing from before this start", async () => {
  await using directory = await temporaryDirectory();
  const first = await openLog(directory.path);
  first.nodeLog.log.info("about another cluster");
  await first.nodeLog.close();
  const second = await openLog(directory.path);
  second.nodeLog.log.info("one");
  const master = new Receiver();
  second.nodeLog.positioned(NOTHING, master.send);
  await master.next(second.clock);
  assertEquals(master.texts, ["one"]);
  await second.nodeLog.close();
});

Deno.test("NodeLog sends the newest of a long absence, and counts the rest", async () => {
  await using directory = await temporaryDirectory();
  const { nodeLog, clock } = await openLog(directory.path);
  const master = new Receiver();
  nodeLog.log.info("first");
  nodeLog.positioned(NOTHING, master.send);
  await master.next(clock);
  nodeLog.disconnected();
  const count = 800;
  for (let number = 1; number <= count; number++) {
    nodeLog.log.info(`m${number}`, { padding: "x".repeat(1_900) });
    // The queue of the file is smaller than all of them.
    if (number % 100 === 0) await nodeLog.whenKept();
  }
  nodeLog.positioned(master.position, master.send);
  const { lost } = await master.next(clock);
  for (let messages = 0; messages < count && master.texts.at(-1) !== `m${count}`; messages++) {
    nodeLog.positioned(master.position, master.send);
    await master.next(clock);
  }
  const sent = master.texts.length - 1;
  assertEquals(lost + sent, count);
  assertGreater(lost, 0);
  for (const { records } of master.messages) {
    assert(records.length <= LIMITS.logBatchRecordsMax);
    assert(JSON.stringify(records).length <= LIMITS.logBatchBytesMax);
  }
  await nodeLog.close();
});

Deno.test("NodeLog lets no secret into its files and messages, and no line over 4 KiB", async () => {
  await using directory = await temporaryDirectory();
  const { nodeLog, clock } = await openLog(directory.path);
  nodeLog.learnSecret("a secret of a session");
  const master = new Receiver();
  nodeLog.log.with({ token: `dmln_${"0".repeat(32)}` }).error("a secret of a session", {
    error: new Error("a secret of a session"),
    long: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, "\u202e".repeat(900)])),
  });
  nodeLog.positioned(NOTHING, master.send);
  await master.next(clock);
  await nodeLog.close();
  const text = await Deno.readTextFile(`${directory.path}/000001.jsonl`);
  for (const [where, content] of [["file", text], ["message", JSON.stringify(master.messages)]]) {
    assert(!content.includes("a secret of"), where);
    assert(!content.includes("dmln_0"), where);
    assert(content.includes("[redacted]"), where);
  }
  for (const line of text.split("\n")) assert(new TextEncoder().encode(`${line}\n`).length <= LIMITS.logLineBytesMax);
});
