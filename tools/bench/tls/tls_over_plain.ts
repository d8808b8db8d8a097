import { copyBlob } from "../../../protocol/blob/copy_blob.ts";
import { DiskBlobStore } from "../../../protocol/blob/disk_blob_store.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { samplePhoto, variantOf } from "../../sample_photos.ts";
import { BenchCluster } from "../bench_cluster.ts";
import { type Figure, MB, median, shown, timed } from "../figure.ts";

const PICTURE_ROUNDS = 100;
const WARM_UP_ROUNDS = 8;
const BLOB_BYTES = 64 * MB;
const BLOB_ROUNDS = 11;
/** Options that `dml predict photo.jpg` uses. */
const ASKED = { model: "faces", annotate: true, embeddings: false, gallery: null, crops: false } as const;

/**
 * Measures what TLS costs a photo that passes through master and node, and a blob that a node
 * copies to its disk: two clusters of processes, one with TLS and one without, by turns.
 */
export async function tlsOverPlain(): Promise<Figure[]> {
  const blob = new Uint8Array(BLOB_BYTES);
  for (let offset = 0; offset < BLOB_BYTES; offset += 65_536) {
    crypto.getRandomValues(blob.subarray(offset, offset + 65_536));
  }
  await using plain = await BenchCluster.start({ model: "faces@1", blob });
  await using secure = await BenchCluster.start({ model: "faces@1", blob, isSecure: true });
  return [await pictures({ plain, secure }), await blobs({ plain, secure }, digestOf(blob))];
}

interface Both {
  readonly plain: BenchCluster;
  readonly secure: BenchCluster;
}

async function pictures({ plain, secure }: Both): Promise<Figure> {
  const photo = await samplePhoto(1);
  const once = (cluster: BenchCluster, round: number) => {
    // Each round uses a different picture, because one that the master has would not be sent again.
    const picture = variantOf(photo, round + WARM_UP_ROUNDS);
    return timed(() => cluster.client.predict(picture, ASKED));
  };
  const [plainMs, secureMs]: number[][] = [[], []];
  for (let round = -WARM_UP_ROUNDS; round < PICTURE_ROUNDS; round++) {
    // Each is first as often as the other, because what comes second finds other caches.
    const isPlainFirst = round % 2 === 0;
    const first = await once(isPlainFirst ? plain : secure, round);
    const second = await once(isPlainFirst ? secure : plain, round);
    if (round < 0) continue;
    plainMs.push(isPlainFirst ? first : second);
    secureMs.push(isPlainFirst ? second : first);
  }
  return {
    what: "predict through master and node by TLS - the same without",
    measured: shown(median(secureMs), "ms"),
    floor: `${shown(median(plainMs), "ms")} without TLS`,
    value: median(secureMs.map((ms, round) => ms - plainMs[round])),
    unit: "ms more",
    bound: { atMost: 2 },
  };
}

async function blobs({ plain, secure }: Both, digest: ReturnType<typeof digestOf>): Promise<Figure> {
  const directory = await Deno.makeTempDir({ prefix: "dml-bench-" });
  const to = await DiskBlobStore.open(directory);
  const once = async ({ blobs: from }: BenchCluster) => {
    const ms = await timed(() => copyBlob(digest, { from, to, size: BLOB_BYTES }));
    await to.delete(digest);
    return ms;
  };
  const [plainMs, secureMs]: number[][] = [[], []];
  for (let round = -1; round < BLOB_ROUNDS; round++) {
    const [without, with_] = [await once(plain), await once(secure)];
    if (round < 0) continue;
    plainMs.push(without);
    secureMs.push(with_);
  }
  await Deno.remove(directory, { recursive: true });
  const rate = (ms: number[]) => BLOB_BYTES / MB / median(ms) * 1_000;
  return {
    what: "a 64 MB blob by TLS to disk, verified and synced, to the same without",
    measured: shown(rate(secureMs), "MB/s"),
    floor: `${shown(rate(plainMs), "MB/s")} without TLS`,
    value: rate(secureMs) / rate(plainMs),
    unit: "x",
    bound: { atLeast: 0.5 },
  };
}
