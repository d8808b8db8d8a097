import { join } from "node:path";
import { Backups } from "../../../master/backup/backups.ts";
import { restoreMaster } from "../../../master/backup/restore.ts";
import { SqliteLedger } from "../../../master/ledger/sqlite_ledger.ts";
import { readTestimony } from "../../../master/ledger/witness_file.ts";
import { SqlitePeopleStore } from "../../../master/people/sqlite_people_store.ts";
import { DiskBlobStore } from "../../../protocol/blob/disk_blob_store.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { BackupKey } from "../../../protocol/security/backup_key.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { assertCode } from "../../contract/blob_store_contract.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const BLOB = new TextEncoder().encode("a face crop");
const TOKENS = '{"admin":"dmla_secret"}';

/** The files of a master with one blob, and the maker of its backups. */
class BackedUpMaster implements AsyncDisposable {
  private constructor(
    readonly directory: string,
    readonly backups: Backups,
    readonly durable: DiskBlobStore,
    readonly close: () => Promise<void>,
  ) {}

  static async open(): Promise<BackedUpMaster> {
    const temporary = await temporaryDirectory();
    const directory = temporary.path;
    const ledger = SqliteLedger.open(join(directory, "ledger.sqlite"));
    const people = SqlitePeopleStore.open(join(directory, "people.sqlite"));
    ledger.append([{ type: "node_forgotten", nodeId: "node_1" }]);
    const durable = await DiskBlobStore.open(join(directory, "blobs"), { keepsDamaged: true });
    await durable.put(digestOf(BLOB), BLOB);
    await Deno.writeTextFile(join(directory, "tokens.json"), TOKENS);
    const settings = { directory, ledger, people, durable, catalog: [], clock: SYSTEM_CLOCK, log: SILENT_LOG };
    return new BackedUpMaster(directory, new Backups({ ...settings, version: "1.0.0" }), durable, async () => {
      ledger.close();
      people.close();
      await temporary[Symbol.asyncDispose]();
    });
  }

  async backup(key: BackupKey): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await new Response(await this.backups.begin(key)).arrayBuffer());
  }

  leftovers(): string[] {
    return [...Deno.readDirSync(this.directory)].map(({ name }) => name).filter((name) => name.startsWith("backup-"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function* chunksOf(bytes: Uint8Array, size = bytes.length || 1) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

Deno.test("a backup is restored whole, in chunks of any size", async () => {
  await using master = await BackedUpMaster.open();
  const key = BackupKey.create();
  const bytes = await master.backup(key);
  assertEquals(master.leftovers(), []);
  assert(!new TextDecoder().decode(bytes).includes("dmla_secret"));
  for (const size of [7, 4_096, bytes.length]) {
    await using home = await temporaryDirectory();
    const restored = await restoreMaster(chunksOf(bytes, size), { home: home.path, key: BackupKey.parse(key.text()) });
    assertEquals([restored.blobs, restored.damaged], [1, 0]);
    const at = join(home.path, "master");
    assertEquals(await Deno.readTextFile(join(at, "tokens.json")), TOKENS);
    assertEquals(await (await DiskBlobStore.open(join(at, "blobs"))).read(digestOf(BLOB)), BLOB);
    SqliteLedger.open(join(at, "ledger.sqlite")).close();
    SqlitePeopleStore.open(join(at, "people.sqlite")).close();
    const again = await assertRejects(() => restoreMaster(chunksOf(bytes), { home: home.path, key }), DmlError);
    assertStringIncludes(again.message, "holds a master already");
  }
});

Deno.test("a backup that was cut or changed anywhere, or another key, restores nothing", async () => {
  await using master = await BackedUpMaster.open();
  const key = BackupKey.create();
  const bytes = await master.backup(key);
  await using home = await temporaryDirectory();
  const refuses = async (changed: Uint8Array, other = key) => {
    await assertCode(restoreMaster(chunksOf(changed), { home: home.path, key: other }), "backup_invalid");
    const names = [...Deno.readDirSync(home.path)].map(({ name }) => name);
    assertEquals(names.filter((name) => name !== "format" && name !== "restoring"), []);
    assertEquals([...Deno.readDirSync(join(home.path, "restoring"))].map(({ name }) => name), ["lock"]);
  };
  for (let part = 0; part < 20; part++) await refuses(bytes.slice(0, Math.floor(bytes.length * part / 20)));
  for (let part = 0; part < 60; part++) {
    const changed = bytes.slice();
    changed[Math.floor((bytes.length - 1) * part / 59)] ^= 1;
    await refuses(changed);
  }
  await refuses(Uint8Array.from([...bytes, 10]));
  const last = bytes.lastIndexOf(10, -2) + 1;
  const end = new TextDecoder().decode(bytes.subarray(last)).replace(`"damaged":0`, `"damaged":1`);
  await refuses(Uint8Array.from([...bytes.subarray(0, last), ...new TextEncoder().encode(end)]));
  await refuses(bytes, BackupKey.create());
  assertEquals((await restoreMaster(chunksOf(bytes), { home: home.path, key })).blobs, 1);
});

Deno.test("one backup is made at a time, and one that is given up leaves no copies", async () => {
  await using master = await BackedUpMaster.open();
  const key = BackupKey.create();
  const unread = await master.backups.begin(key);
  await assertCode(master.backups.begin(key), "queue_full");
  await unread.cancel();
  assertEquals(master.leftovers(), []);
  const reader = (await master.backups.begin(key)).getReader();
  await reader.read();
  assertEquals(master.leftovers().length, 1);
  await reader.cancel();
  assertEquals(master.leftovers(), []);
  assert((await master.backup(key)).length > 0);
});

Deno.test("a copy that is made while the store changes holds one of its states", async () => {
  await using directory = await temporaryDirectory();
  const ledger = SqliteLedger.open(join(directory.path, "ledger.sqlite"));
  const append = () => ledger.append([{ type: "node_forgotten", nodeId: "node_1" }]);
  for (let change = 0; change < 5; change++) append();
  const copy = join(directory.path, "copy.sqlite");
  let isCopied = false;
  const copying = ledger.copyTo(copy).finally(() => isCopied = true);
  for (let change = 0; change < 100 && !isCopied; change++) {
    append();
    await new Promise((resolve) => setTimeout(resolve));
  }
  await copying;
  ledger.close();
  SqliteLedger.open(copy).close();
  const { changes } = readTestimony(join(directory.path, "copy.witness"))!;
  assert(changes >= 5 && changes <= 105, `${changes} changes`);
});

Deno.test("a damaged blob is left out, counted, and set aside", async () => {
  await using master = await BackedUpMaster.open();
  const hex = digestOf(BLOB).slice("sha256:".length);
  await Deno.writeTextFile(join(master.directory, "blobs", "sha256", hex.slice(0, 2), hex), "a face crap");
  const key = BackupKey.create();
  const bytes = await master.backup(key);
  assertEquals(await master.durable.stat(digestOf(BLOB)), null);
  await using home = await temporaryDirectory();
  const { blobs, damaged } = await restoreMaster(chunksOf(bytes), { home: home.path, key });
  assertEquals([blobs, damaged], [0, 1]);
});

Deno.test("BackupKey.parse() reads what text() wrote, and refuses what is no key", () => {
  const key = BackupKey.create().text();
  assertEquals(BackupKey.parse(` ${key}\n`).text(), key);
  for (const odd of ["", "dmlk_", key.slice(1), key.slice(0, -1), `${key}0`, key.replace("dmlk", "dmla")]) {
    let code = "";
    try {
      BackupKey.parse(odd);
    } catch (error) {
      code = error instanceof DmlError ? error.code : "";
    }
    assertEquals(code, "backup_invalid", odd);
  }
});
