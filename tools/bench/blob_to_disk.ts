import { join } from "node:path";
import { copyBlob } from "../../protocol/blob/copy_blob.ts";
import { DiskBlobStore } from "../../protocol/blob/disk_blob_store.ts";
import { HttpBlobStore } from "../../protocol/blob/http_blob_store.ts";
import { blobPath } from "../../protocol/http/paths.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { ServerProcess } from "./server_process.ts";
import { type Figure, median, shown, timed } from "./figure.ts";

const BYTES = 64 * 2 ** 20;
const ROUNDS = 11;

/** A blob of 64 MB over loopback to a node's disk, digest verified and synced, beside the same bytes merely written and `cp`. */
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
  const from = new HttpBlobStore(server.url);
  const to = await DiskBlobStore.open(join(directory, "node"));
  const [plain, file, copy] = ["plain", "file", "copy"].map((name) => join(directory, name));
  await Deno.writeFile(file, bytes);
  const rounds: { dml: number; plain: number; copy: number }[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    await to.delete(digest);
    const dml = await timed(() => copyBlob(digest, { from, to, size: BYTES }));
    const bare = await timed(async () => {
      const response = await fetch(server.url + blobPath(digest));
      using target = await Deno.open(plain, { write: true, create: true, truncate: true });
      for await (const chunk of response.body ?? []) await target.write(chunk);
    });
    const copied = await timed(() => Deno.copyFile(file, copy));
    if (round >= 0) rounds.push({ dml, plain: bare, copy: copied });
  }
  await Deno.remove(directory, { recursive: true });
  const rate = (pick: (round: typeof rounds[number]) => number) => 64 / median(rounds.map(pick)) * 1_000;
  const floor = `${shown(rate(({ plain }) => plain), "MB/s")} merely written, ${
    shown(rate(({ copy }) => copy), "MB/s")
  } copied on disk`;
  const value = rate(({ dml }) => dml);
  return [{
    what: "a 64 MB blob over loopback to disk, verified and synced",
    measured: shown(value, "MB/s"),
    floor,
    value,
    unit: "MB/s",
    bound: { atLeast: 450 },
  }];
}
