import { join } from "node:path";
import { SqliteLedger } from "../../../master/ledger/sqlite_ledger.ts";
import { readTestimony } from "../../../master/ledger/witness_file.ts";
import { SqlitePeopleStore } from "../../../master/people/sqlite_people_store.ts";
import type { GalleryRecord } from "../../../master/people/people_store.ts";
import { DEFAULT_THRESHOLDS } from "../../../models/gallery/gallery_index.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Log } from "../../../protocol/kernel/log.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const GALLERY: GalleryRecord = {
  name: "staff",
  version: 1,
  embedder: digestOf(new TextEncoder().encode("the embedder")),
  dimensions: 2,
  thresholds: DEFAULT_THRESHOLDS,
  thresholdsSet: null,
  modelThresholds: null,
  createdMs: 0,
  changedMs: 0,
  built: null,
  superseded: [],
};

function enrol(store: SqlitePeopleStore, name: string): void {
  const person = { personId: `person_${name}`, gallery: "staff", name, metadata: {}, createdMs: 0, changedMs: 0 };
  store.apply([{ type: "person_put", record: person }]);
}

/** Makes a store of people, copies its files after each of five changes as a kill leaves them. */
async function copiesOf(directory: string): Promise<string[]> {
  const path = join(directory, "people.sqlite");
  const copies: string[] = [];
  const store = SqlitePeopleStore.open(path);
  store.apply([{ type: "gallery_put", record: GALLERY }]);
  for (const name of ["Ada", "Bob", "Cy", "Dee"]) {
    enrol(store, name);
    const copy = join(directory, `copy-${name}`);
    await Deno.mkdir(copy);
    for (const file of ["people.sqlite", "people.sqlite-wal", "people.witness"]) {
      await Deno.copyFile(join(directory, file), join(copy, file));
    }
    copies.push(copy);
  }
  store.close();
  return copies;
}

const openIn = (directory: string, options = {}) => SqlitePeopleStore.open(join(directory, "people.sqlite"), options);

function refusalOf(directory: string): DmlError {
  const error = assertThrows(() => openIn(directory), DmlError);
  assertEquals(error.code, "home_unusable");
  assertStringIncludes(error.advice, "--accept-loss");
  return error;
}

function listLog(lines: string[]): Log {
  const write = (message: string) => void lines.push(message);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  return log;
}

Deno.test("files as a kill leaves them open without an alarm, also with a witness that lags or was cut", async () => {
  await using directory = await temporaryDirectory();
  const copies = await copiesOf(directory.path);
  for (const [index, copy] of [...copies.entries()].reverse()) {
    // Killed between the change and its witness: the note of an earlier change is beside the file.
    const earlier = copies[index - 1];
    if (earlier !== undefined) await Deno.copyFile(join(earlier, "people.witness"), join(copy, "people.witness"));
    const store = openIn(copy);
    assertEquals(store.peopleCount("staff"), index + 1);
    enrol(store, "Eve");
    store.close();
  }
  const [copy] = copies;
  const whole = await Deno.readFile(join(copy, "people.witness"));
  const { changes } = readTestimony(join(copy, "people.witness"))!;
  for (const broken of [whole.slice(0, 700), whole.slice(0, 300), new Uint8Array(1_024)]) {
    await Deno.writeFile(join(copy, "people.witness"), broken);
    openIn(copy).close();
    assertEquals(readTestimony(join(copy, "people.witness"))?.changes, changes);
  }
});

Deno.test("a bit flipped in the write-ahead log is noticed, and nothing is touched until the loss is accepted", async () => {
  await using directory = await temporaryDirectory();
  const copy = (await copiesOf(directory.path))[3];
  const log = join(copy, "people.sqlite-wal");
  const bytes = await Deno.readFile(log);
  // The frame of the last change but one or two; everything behind it is lost with it.
  bytes[bytes.length - 3 * 4_120] ^= 1;
  await Deno.writeFile(log, bytes);
  const { message } = refusalOf(copy);
  const [, found, all] = /It holds 1 of 1 galleries, (\d) of (\d) people, 0 of 0 faces/.exec(message)!;
  assert(Number(found) < 4 && all === "4", message);
  assertEquals(await Deno.readFile(log), bytes);
  assertEquals(refusalOf(copy).message, message);
  const lines: string[] = [];
  const store = openIn(copy, { acceptsLoss: true, log: listLog(lines) });
  assertEquals(store.peopleCount("staff"), Number(found));
  assertEquals(lines, [`${message} The master goes on without them, because it was started with --accept-loss.`]);
  store.close();
  openIn(copy).close();
});

Deno.test("a file that is empty, gone, older, or another one is refused", async () => {
  await using directory = await temporaryDirectory();
  const [first, second, third, last] = await copiesOf(directory.path);
  await Deno.truncate(join(first, "people.sqlite"));
  assertStringIncludes(refusalOf(first).message, "is empty: 2 acknowledged changes are missing. It holds 0 of 1");
  await Deno.remove(join(second, "people.sqlite"));
  assertStringIncludes(refusalOf(second).message, "is gone: 3 acknowledged changes are missing.");
  await Deno.remove(join(third, "people.sqlite-wal"));
  assertStringIncludes(refusalOf(third).message, "4 acknowledged changes are missing");
  // An older copy that was changed since then, beyond the number of changes that are missing.
  await Deno.mkdir(join(directory.path, "other"));
  const [other] = await copiesOf(join(directory.path, "other"));
  const store = openIn(other);
  for (const name of ["Eve", "Fay", "Gil", "Hal"]) enrol(store, name);
  store.close();
  await Deno.remove(join(last, "people.sqlite-wal"));
  await Deno.copyFile(join(other, "people.sqlite"), join(last, "people.sqlite"));
  assertStringIncludes(refusalOf(last).message, "is not the file that this master last wrote");
});

Deno.test("the ledger notices that a revoked token came back", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "ledger.sqlite");
  const ledger = SqliteLedger.open(path);
  const record = {
    tokenId: "token_1",
    digest: digestOf(new TextEncoder().encode("a token")),
    name: "door",
    role: "user" as const,
    gallery: null,
    createdAtMs: 1,
    expiresAtMs: null,
    lastUsedAtMs: null,
    revokedAtMs: null,
    uses: 0,
    usesMax: null,
    plain: false,
  };
  ledger.tokens().save([record]);
  const before = await Deno.readFile(`${path}-wal`);
  ledger.tokens().save([{ ...record, revokedAtMs: 2 }]);
  const copy = join(directory.path, "copy.sqlite");
  await Deno.copyFile(path, copy);
  await Deno.copyFile(join(directory.path, "ledger.witness"), join(directory.path, "copy.witness"));
  await Deno.writeFile(`${copy}-wal`, before);
  ledger.close();
  const { message } = assertThrows(() => SqliteLedger.open(copy), DmlError);
  assertStringIncludes(message, "has lost data: 1 acknowledged change is missing.");
});

Deno.test("a witness that was deleted is made again at the next start", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "ledger.sqlite");
  const ledger = SqliteLedger.open(path);
  await Deno.remove(join(directory.path, "ledger.witness"));
  ledger.append([{ type: "node_forgotten", nodeId: "node_1" }]);
  ledger.close();
  SqliteLedger.open(path).close();
  assertEquals(readTestimony(join(directory.path, "ledger.witness"))?.changes, 1);
});
