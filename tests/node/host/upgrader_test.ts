import { Upgrader, type UpgraderOptions } from "../../../node/host/upgrader.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import type { Program, ProgramStateMessage } from "../../../protocol/messages/program.ts";
import { UpgradeDirectory } from "../../../protocol/host/upgrade_directory.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { programBytes, programOf } from "../../protocol/program/programs.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const OWN = { version: "0.1.0", target: "linux-x64", takesNewer: true, canRestart: true };
const NEWER = programOf("0.2.0");

/** An upgrader that records its steps in order. */
class Bench implements AsyncDisposable {
  readonly remote = new MemoryBlobStore();
  readonly steps: string[] = [];
  readonly said: ProgramStateMessage[] = [];
  readonly upgrader: Upgrader;
  #settled = Promise.withResolvers<void>();

  private constructor(
    readonly place: Awaited<ReturnType<typeof temporaryDirectory>>,
    changes: Partial<UpgraderOptions>,
  ) {
    this.upgrader = new Upgrader({
      own: OWN,
      directory: place.path,
      trial: null,
      remote: this.remote,
      clock: SYSTEM_CLOCK,
      random: seededRandom(1),
      log: SILENT_LOG,
      send: (message) => {
        this.said.push(message);
        this.steps.push(message.state);
        if (message.state !== "fetching") this.#settled.resolve();
      },
      finishWork: () => Promise.resolve(this.steps.push("work finished") > 0),
      leave: () => this.steps.push("left"),
      ...changes,
    });
  }

  static async open(changes: Partial<UpgraderOptions> = {}): Promise<Bench> {
    return new Bench(await temporaryDirectory(), changes);
  }

  get records() {
    return new UpgradeDirectory(this.place.path).read();
  }

  /**
   * Offers `program`, waits until the upgrader has finished and returns the last state it reported.
   */
  async offer(program: Program): Promise<ProgramStateMessage> {
    this.#settled = Promise.withResolvers();
    this.upgrader.receive({ type: "program.offer", ...program });
    await this.#settled.promise;
    await this.upgrader.idle;
    return this.said.at(-1)!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.upgrader.close();
    await this.place[Symbol.asyncDispose]();
  }
}

Deno.test("Upgrader() fetches a newer program, drains, reports it and leaves, in this order", async () => {
  await using bench = await Bench.open();
  await bench.remote.put(NEWER.digest, programBytes("0.2.0"));
  await bench.offer(NEWER);
  assertEquals(bench.steps, ["fetching", "work finished", "restarting", "left"]);
  assertEquals(await bench.records, { pending: NEWER, good: null, failed: [] });
  const path = `${bench.place.path}/${UpgradeDirectory.programPath(NEWER.digest)}`;
  assertEquals(await Deno.readFile(path), programBytes("0.2.0"));
  assert(bench.upgrader.isDue);
});

Deno.test("Upgrader() does not restart while its tasks are unfinished, and may be offered the program again", async () => {
  let canFinish = false;
  await using bench = await Bench.open({ finishWork: () => Promise.resolve(canFinish) });
  await bench.remote.put(NEWER.digest, programBytes("0.2.0"));
  assertEquals((await bench.offer(NEWER)).state, "failed");
  assert(!bench.upgrader.isDue);
  canFinish = true;
  assertEquals((await bench.offer(NEWER)).state, "restarting");
});

Deno.test("Upgrader() refuses bytes that differ from the offer: another digest, another version, no dml", async () => {
  await using bench = await Bench.open();
  assertStringIncludes((await bench.offer(NEWER)).reason ?? "", "no blob");
  const older = programBytes("0.0.1");
  const lie = { ...NEWER, digest: digestOf(older), size: older.length };
  await bench.remote.put(lie.digest, older);
  assertEquals(await bench.offer(lie), {
    type: "program.state",
    digest: lie.digest,
    state: "declined",
    reason: "The fetched file is not dml 0.2.0 for linux-x64.",
  });
  assertEquals((await bench.records).pending, null);
  assert(!bench.upgrader.isDue && !bench.steps.includes("left"));
});

Deno.test("Upgrader() declines unsuitable programs without fetching them", async () => {
  await using bench = await Bench.open({ own: { ...OWN, takesNewer: false } });
  assertEquals((await bench.offer(NEWER)).reason, "The node was not started with --upgrade.");
  assertEquals(bench.steps, ["declined"]);
});

Deno.test("Upgrader() marks a program on trial good once the master has accepted it, and remembers failed ones", async () => {
  await using bench = await Bench.open({ trial: NEWER.digest });
  const directory = new UpgradeDirectory(bench.place.path);
  await directory.setPending(NEWER);
  await bench.upgrader.connectionFailed();
  assertEquals((await directory.recordFailure(NEWER.digest, "it ended"))?.isFinal, false);
  await directory.setPending(NEWER);
  await bench.upgrader.welcomed();
  assertEquals((await bench.records).good, NEWER);
});
