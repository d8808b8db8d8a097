import { join } from "node:path";
import { NightlyCopies, type NightlyOptions } from "../../../master/backup/nightly_copies.ts";
import { SqliteLedger } from "../../../master/ledger/sqlite_ledger.ts";
import { SqlitePeopleStore } from "../../../master/people/sqlite_people_store.ts";
import { nightlyNames } from "../../../protocol/host/nightly_directory.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { assertCode } from "../../contract/blob_store_contract.ts";
import { galleryOf } from "../../contract/people_store_contract.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { listLog, type MasterFixture } from "../master_fixture.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOON = new Date(2026, 5, 10, 12).getTime();
const MIB = 1024 * 1024;

/** A master's directory with both databases, a clock that stands at noon, and its nightly copies. */
class NightlyFixture implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly logged: MasterFixture["logged"] = [];
  readonly copies: NightlyCopies;
  readonly #stack = new AsyncDisposableStack();

  private constructor(readonly directory: string, options: Partial<NightlyOptions>) {
    const ledger = SqliteLedger.open(join(directory, "ledger.sqlite"));
    const people = SqlitePeopleStore.open(join(directory, "people.sqlite"));
    people.apply([{ type: "gallery_put", record: galleryOf("staff") }]);
    this.#stack.defer(() => (ledger.close(), people.close()));
    this.clock.advance(NOON);
    this.copies = new NightlyCopies({
      directory,
      databases: { "ledger.sqlite": ledger, "people.sqlite": people },
      keep: 3,
      clock: this.clock,
      random: () => 0.5,
      log: listLog(this.logged),
      ...options,
    });
  }

  static async open(options: Partial<NightlyOptions> = {}): Promise<NightlyFixture> {
    const temporary = await temporaryDirectory();
    await Deno.writeTextFile(join(temporary.path, "tokens.json"), '{"admin":"dmla_secret"}');
    const fixture = new NightlyFixture(temporary.path, options);
    fixture.#stack.defer(() => temporary[Symbol.asyncDispose]());
    return fixture;
  }

  names(): Promise<string[]> {
    return nightlyNames(this.directory);
  }

  /** Lets time pass, an hour at a time, and waits for the copies that become due. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= HOUR_MS) {
      const logged = this.logged.length;
      const asleep = this.clock.pending;
      this.clock.advance(HOUR_MS);
      // A copy that is being made waits for no clock, and says when it is done.
      while (asleep > 0 && this.clock.pending === 0) await new Promise((resolve) => setTimeout(resolve));
      assert(this.logged.length - logged <= 1, "one copy a night");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.copies.stop();
    // In the reverse order, so that the databases are closed before the directory is removed.
    await this.#stack.disposeAsync();
  }
}

const localHour = (name: string) => new Date(Date.parse(name.replace(/-(\d\dZ)$/, ":$1"))).getHours();

Deno.test("NightlyCopies make a whole copy each night at 3 o'clock or up to an hour later, and keep as many as they may", async () => {
  await using fixture = await NightlyFixture.open();
  await fixture.copies.copy();
  await fixture.copies.start();
  await fixture.pass(5 * DAY_MS);
  const names = await fixture.names();
  assertEquals([names.length, names.map(localHour)], [3, [3, 3, 3]]);
  const newest = join(fixture.directory, "nightly", names[2]);
  assertEquals([...Deno.readDirSync(newest)].map(({ name }) => name).toSorted(), [
    "ledger.sqlite",
    "people.sqlite",
    "tokens.json",
  ]);
  const people = SqlitePeopleStore.open(join(newest, "people.sqlite"));
  assertEquals(people.galleries().map(({ name }) => name), ["staff"]);
  people.close();
  assertEquals(fixture.logged.map(({ level }) => level), Array(6).fill("info"));
  if (Deno.build.os !== "windows") assertEquals((Deno.statSync(newest).mode ?? 0) & 0o077, 0);
});

Deno.test("NightlyCopies of a master that is off at night are made soon after it starts", async () => {
  await using fixture = await NightlyFixture.open();
  await fixture.copies.start();
  await fixture.pass(HOUR_MS);
  assertEquals(await fixture.names(), []);
  await fixture.pass(HOUR_MS);
  assertEquals((await fixture.names()).length, 1);
  await fixture.pass(10 * HOUR_MS);
  assertEquals((await fixture.names()).length, 1);
});

Deno.test("NightlyCopies of none make none, and touch nothing", async () => {
  await using fixture = await NightlyFixture.open({ keep: 0 });
  await fixture.copies.start();
  assertEquals(fixture.clock.pending, 0);
  assertEquals(await fixture.names(), []);
});

Deno.test("NightlyCopies that would fill the disk are not made, say so, and take no older copy away", async () => {
  let free = 4_000 * MIB;
  await using fixture = await NightlyFixture.open({ freeBytes: () => free });
  await fixture.copies.copy();
  const before = await fixture.names();
  free = 200 * MIB;
  await assertCode(fixture.copies.copy(), "disk_full");
  await fixture.copies.start();
  await fixture.pass(3 * DAY_MS);
  assertEquals(await fixture.names(), before);
  const warnings = fixture.logged.filter(({ level }) => level === "warn");
  assertEquals(warnings.map(({ fields }) => fields.code), Array(3).fill("disk_full"));
  assertStringIncludes(String(warnings[0].fields.advice), "--backups");
  free = 4_000 * MIB;
  await fixture.pass(DAY_MS);
  assertEquals((await fixture.names()).length, 2);
});

Deno.test("NightlyCopies that fail leave nothing unfinished, and sweep what a killed master left", async () => {
  let isBroken = true;
  const copyTo = async (path: string) => {
    await Deno.writeTextFile(path, "half");
    if (isBroken) throw new Error("the disk went away");
  };
  await using fixture = await NightlyFixture.open({ databases: { "a.sqlite": { copyTo } } });
  const nightly = join(fixture.directory, "nightly");
  await assertCode(fixture.copies.copy(), "home_unusable");
  assertEquals([...Deno.readDirSync(nightly)], []);
  await Deno.mkdir(join(nightly, "unfinished-abc"));
  isBroken = false;
  const name = await fixture.copies.copy();
  assertEquals([...Deno.readDirSync(nightly)].map((entry) => entry.name), [name]);
});

Deno.test("NightlyCopies.stop() waits for the copy that is being made, and begins no other", async () => {
  const gate = Promise.withResolvers<void>();
  const copyTo = (path: string) => gate.promise.then(() => Deno.writeTextFile(path, "whole"));
  await using fixture = await NightlyFixture.open({ databases: { "a.sqlite": { copyTo } } });
  await fixture.copies.start();
  fixture.clock.advance(2 * HOUR_MS);
  const stopping = fixture.copies.stop();
  gate.resolve();
  await stopping;
  assertEquals([(await fixture.names()).length, fixture.clock.pending], [1, 0]);
});
