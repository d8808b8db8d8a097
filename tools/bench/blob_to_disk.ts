import { join } from "node:path";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import { copyBlob } from "../../protocol/blob/copy_blob.ts";
import { DiskBlobStore } from "../../protocol/blob/disk_blob_store.ts";
import { HttpBlobStore } from "../../protocol/blob/http_blob_store.ts";
import { writeAll } from "../../protocol/host/durable_file.ts";
import { blobPath } from "../../protocol/http_api/paths.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { ServerProcess } from "./server_process.ts";
import { type Figure, MB, median, shown, timed } from "./figure.ts";

const BYTES = 64 * MB;
const ROUNDS = 11;

/**
 * Measures how fast a blob of 64 MB is copied over loopback to a node's disk, with its digest
 * verified and its data synced. Beside it: the same bytes written from memory and synced, merely
 * written from a bare connection, and copied by `cp`. The disk is synced before each of them,
 * because one would otherwise wait for data that the previous one left unwritten.
 */
export async function blobToDisk(): Promise<Figure[]> {
  const directory = await Deno.makeTempDir({ prefix: "dml-bench-" });
  const bytes = new Uint8Array(BYTES);
  for (let offset = 0; offset < BYTES; offset += 65_536) {
    crypto.getRandomValues(bytes.subarray(offset, offset + 65_536));
  }
  const digest = digestOf(bytes);
  const source = await DiskBlobStore.open(join(directory, "source"));
  await source.put(digest, bytes);
  await using server = await ServerProcess.start(new URL("./blob_server.ts", import.meta.url), [
    join(directory, "source"),
  ]);
  using from = new HttpBlobStore(server.url);
  const to = await DiskBlobStore.open(join(directory, "node"));
  const [plain, file, copy] = ["plain", "file", "copy"].map((name) => join(directory, name));
  await Deno.writeFile(file, bytes);
  await sync(file);
  const rounds: Record<"dml" | "written" | "disk" | "plain" | "copy", number>[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const startedMs = performance.now();
    let written = 0;
    const noting = notingCommit(to, () => written = performance.now() - startedMs);
    const dml = await timed(() => copyBlob(digest, { from, to: noting, size: BYTES }));
    await to.delete(digest);
    await sync(directory);
    const disk = await timed(() => writeSynced(plain, bytes));
    await removeSynced(plain, directory);
    const bare = await timed(() => writeFrom(new URL(server.url + blobPath(digest)), plain));
    await removeSynced(plain, directory);
    const copied = await timed(() => Deno.copyFile(file, copy));
    await removeSynced(copy, directory);
    if (round >= 0) rounds.push({ dml, written, disk, plain: bare, copy: copied });
  }
  await Deno.remove(directory, { recursive: true });
  const rate = (name: keyof typeof rounds[number]) => BYTES / MB / median(rounds.map((round) => round[name])) * 1_000;
  const floor = `${shown(rate("disk"), "MB/s")} the disk alone, written from memory and synced, ${
    shown(rate("plain"), "MB/s")
  } merely written from the network, unverified and unsynced, ${shown(rate("copy"), "MB/s")} copied, unsynced`;
  const value = rate("dml");
  return [{
    what: "a 64 MB blob over loopback to disk, verified and synced",
    measured: `${shown(value, "MB/s")}; ${
      shown(rate("written"), "MB/s")
    } until all is written and hashed, before it is synced`,
    floor,
    value,
    unit: "MB/s",
    bound: { atLeast: 450 },
  }];
}

/** Wraps `store`; calls `onCommit` when all bytes of a blob are written and hashed. */
function notingCommit(store: DiskBlobStore, onCommit: () => void): Pick<BlobStore, "stat" | "receive"> {
  return {
    stat: (digest) => store.stat(digest),
    async receive(digest, size) {
      const writer = await store.receive(digest, size);
      const commit = () => {
        onCommit();
        return writer.commit();
      };
      return { offset: writer.offset, write: (chunk) => writer.write(chunk), commit, close: () => writer.close() };
    },
  };
}

/**
 * Writes the response to a GET of `url` to the file at `path`, over a connection of its own and
 * without parsing the response.
 */
async function writeFrom(url: URL, path: string): Promise<void> {
  const request = `GET ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: close\r\n\r\n`;
  using connection = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
  using target = await Deno.open(path, { write: true, create: true });
  await connection.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(2 ** 20);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return;
    await writeAll(target, buffer.subarray(0, count));
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  using target = await Deno.open(path, { write: true, create: true });
  await writeAll(target, bytes);
  await target.syncData();
}

async function removeSynced(path: string, directory: string): Promise<void> {
  await sync(path);
  await Deno.remove(path);
  await sync(directory);
}

async function sync(path: string): Promise<void> {
  using file = await Deno.open(path);
  await file.sync();
}
