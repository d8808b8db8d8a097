import { join } from "node:path";
import { DiskBlobStore } from "../../../protocol/blob/disk_blob_store.ts";
import { type Digest, digestOf } from "../../../protocol/kernel/digest.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { InvariantError } from "../../../protocol/kernel/invariant.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { assertCode, blobStoreContract, sampleBytes } from "../../contract/blob_store_contract.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

blobStoreContract("DiskBlobStore", {
  remote: false,
  async open() {
    const directory = await temporaryDirectory();
    const store = await DiskBlobStore.open(directory.path);
    return { store, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
  },
});

const BYTES = sampleBytes(10_000);
const DIGEST = digestOf(BYTES);

function pathIn(directory: string, digest: Digest): string {
  const hex = digest.slice("sha256:".length);
  return join(directory, "sha256", hex.slice(0, 2), hex);
}

async function namesBelow(directory: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(directory)) {
    if (entry.isDirectory) names.push(...await namesBelow(join(directory, entry.name)));
    else names.push(entry.name);
  }
  return names;
}

Deno.test("DiskBlobStore.put() leaves one file at sha256/ab/<hex> and nothing beside it", async () => {
  await using directory = await temporaryDirectory();
  const store = await DiskBlobStore.open(directory.path);
  await store.put(DIGEST, BYTES);
  assertEquals(await Deno.readFile(pathIn(directory.path, DIGEST)), BYTES);
  assertEquals(await namesBelow(directory.path), [DIGEST.slice(7)]);
});

Deno.test("DiskBlobStore.open() finds what an earlier process stored", async () => {
  await using directory = await temporaryDirectory();
  await (await DiskBlobStore.open(directory.path)).put(DIGEST, BYTES);
  assertEquals(await (await DiskBlobStore.open(directory.path)).read(DIGEST), BYTES);
});

Deno.test("DiskBlobStore.open() throws home_unusable where a file is in the way", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeTextFile(join(directory.path, "sha256"), "");
  await assertCode(DiskBlobStore.open(directory.path), "home_unusable");
});

Deno.test("DiskBlobStore.read() removes a damaged file so that it is fetched again", async () => {
  await using directory = await temporaryDirectory();
  const store = await DiskBlobStore.open(directory.path);
  await store.put(DIGEST, BYTES);
  const damaged = BYTES.slice();
  damaged[5_000] ^= 1;
  await Deno.writeFile(pathIn(directory.path, DIGEST), damaged);
  await assertCode(store.read(DIGEST), "blob_corrupt");
  assertEquals(await store.stat(DIGEST), null);
  await store.put(DIGEST, BYTES);
  assertEquals(await store.read(DIGEST), BYTES);
});

Deno.test("DiskBlobStore.put() heals a file that was cut short", async () => {
  await using directory = await temporaryDirectory();
  const store = await DiskBlobStore.open(directory.path);
  await store.put(DIGEST, BYTES);
  await Deno.truncate(pathIn(directory.path, DIGEST), 17);
  await store.put(DIGEST, BYTES);
  assertEquals(await store.read(DIGEST), BYTES);
});

Deno.test("DiskBlobStore.receive() goes on in another process behind the bytes that it kept", async () => {
  await using directory = await temporaryDirectory();
  const first = await (await DiskBlobStore.open(directory.path)).receive(DIGEST, BYTES.length);
  await first.write(BYTES.slice(0, 6_000));
  await first.close();
  const store = await DiskBlobStore.open(directory.path);
  const second = await store.receive(DIGEST, BYTES.length);
  assertEquals(second.offset, 6_000);
  await second.write(BYTES.slice(6_000));
  await second.commit();
  await second.close();
  assertEquals(await store.read(DIGEST), BYTES);
  assertEquals(await namesBelow(directory.path), [DIGEST.slice(7)]);
});

Deno.test("DiskBlobStore.receive() finds out that the kept part was damaged and drops it", async () => {
  await using directory = await temporaryDirectory();
  const store = await DiskBlobStore.open(directory.path);
  const first = await store.receive(DIGEST, BYTES.length);
  await first.write(BYTES.slice(0, 6_000));
  await first.close();
  await Deno.writeFile(pathIn(directory.path, DIGEST) + ".part", new Uint8Array(6_000));
  const second = await store.receive(DIGEST, BYTES.length);
  await second.write(BYTES.slice(6_000));
  await assertCode(second.commit(), "blob_corrupt");
  assertEquals(await namesBelow(directory.path), []);
});

Deno.test("DiskBlobStore.receive() starts over when it kept more than the blob can have", async () => {
  await using directory = await temporaryDirectory();
  const store = await DiskBlobStore.open(directory.path);
  const first = await store.receive(DIGEST, BYTES.length);
  await first.write(BYTES.slice(0, 6_000));
  await first.close();
  const second = await store.receive(DIGEST, 5_999);
  assertEquals(second.offset, 0);
  await second.close();
});

Deno.test("DiskBlobStore.receive() takes one reception of a digest at a time", async () => {
  await using directory = await temporaryDirectory();
  const store = await DiskBlobStore.open(directory.path);
  const first = await store.receive(DIGEST, BYTES.length);
  await assertRejects(() => store.receive(DIGEST, BYTES.length), InvariantError);
  await first.close();
  await (await store.receive(DIGEST, BYTES.length)).close();
});

Deno.test("DiskBlobStore.receive() syncs early what is large and publishes it right", async () => {
  await using directory = await temporaryDirectory();
  const store = await DiskBlobStore.open(directory.path);
  const bytes = new Uint8Array(40 * 1024 * 1024);
  for (let index = 0; index < bytes.length; index += 4_093) bytes[index] = index;
  const digest = digestOf(bytes);
  const writer = await store.receive(digest, bytes.length);
  for (let offset = 0; offset < bytes.length; offset += 1024 * 1024) {
    await writer.write(bytes.subarray(offset, offset + 1024 * 1024));
  }
  await writer.commit();
  await writer.close();
  assertEquals(digestOf(await store.read(digest)), digest);
});

Deno.test("DiskBlobStore.open() clears away half-written files over a day old, and no others", async () => {
  await using directory = await temporaryDirectory();
  const store = await DiskBlobStore.open(directory.path);
  await store.put(DIGEST, BYTES);
  const path = pathIn(directory.path, DIGEST);
  await Deno.writeTextFile(`${path}.part`, "part");
  await Deno.writeTextFile(join(path, "..", "abc.tmp"), "temporary");
  const inDays = (days: number) => ({
    ...SYSTEM_CLOCK,
    wallMs: () => Date.now() + days * 86_400_000,
  });
  await DiskBlobStore.open(directory.path, { clock: inDays(0.9) });
  assertEquals((await namesBelow(directory.path)).length, 3);
  await DiskBlobStore.open(directory.path, { clock: inDays(1.1) });
  assertEquals(await namesBelow(directory.path), [DIGEST.slice(7)]);
});

Deno.test({
  name: "DiskBlobStore.receive() throws disk_full when there is no space",
  ignore: Deno.build.os !== "linux", // /dev/full is a Linux device
  async fn() {
    await using directory = await temporaryDirectory();
    const store = await DiskBlobStore.open(directory.path);
    const path = pathIn(directory.path, DIGEST);
    await Deno.mkdir(join(path, ".."));
    await Deno.symlink("/dev/full", `${path}.part`);
    const writer = await store.receive(DIGEST, BYTES.length);
    await assertCode(writer.write(BYTES), "disk_full");
    await assertRejects(() => writer.write(BYTES), InvariantError);
    await writer.close();
    assertEquals(await store.stat(DIGEST), null);
  },
});
