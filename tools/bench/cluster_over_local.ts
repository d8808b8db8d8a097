import { openLocalCluster } from "../../main.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import type { ClusterClient } from "../../user/client/cluster_client.ts";
import { samplePhoto, variantOf } from "../sample_photos.ts";
import { bareRelayMs } from "./bare_relay.ts";
import { BenchCluster } from "./bench_cluster.ts";
import { type Figure, MB, median, shown, timed } from "./figure.ts";

/** Number of rounds; with 30 the median of the differences varied by 3 ms between runs. */
const ROUNDS = 120;
const WARM_UP_ROUNDS = 8;
/** Options that `dml predict photo.jpg` uses. */
const ASKED = { model: "faces", annotate: true, embeddings: false, gallery: null, crops: false } as const;

/**
 * Measures a photo that passes through master and node as processes, compared with the same in one
 * process and with relaying the same bytes through two HTTP servers; and the memory of that node.
 */
export async function clusterOverLocal(): Promise<Figure[]> {
  await using cluster = await BenchCluster.start({ model: "faces@1" });
  const local = await openLocalCluster({ model: "faces", pictures: 1 }, {
    log: SILENT_LOG,
    signal: new AbortController().signal,
    presentation: { logLevel: "error" },
    facts: {},
  });
  const photo = await samplePhoto(1);
  const once = (client: ClusterClient, round: number) => {
    // Each round uses a different picture, because one that the master has would not be sent again.
    const picture = variantOf(photo, round + WARM_UP_ROUNDS);
    return timed(() => client.predict(picture, ASKED));
  };
  const remoteMs: number[] = [];
  const localMs: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const [local_, remote] = [await once(local, round), await once(cluster.client, round)];
    if (round < 0) continue;
    localMs.push(local_);
    remoteMs.push(remote);
  }
  const { annotated } = await local.predict(photo, ASKED);
  await local.close();
  const relayMs = await bareRelayMs({
    pictureBytes: photo.length,
    answerBytes: annotated?.length ?? 0,
    holdMs: median(localMs),
  });
  const memory = cluster.nodeMemoryBytes();
  return [
    {
      what: "predict through master and node - the same in one process",
      measured: shown(median(remoteMs), "ms"),
      floor: `${shown(median(localMs), "ms")}; ${
        shown(relayMs, "ms")
      } merely passing the bytes through two HTTP servers`,
      value: median(remoteMs.map((ms, round) => ms - localMs[round])),
      unit: "ms more",
      bound: { atMost: 4 },
    },
    {
      what: "memory of that node, one worker, started as the executable starts it, at its peak",
      measured: shown(memory / MB, "MB"),
      floor: "",
      value: memory / MB,
      unit: "MB",
      bound: { atMost: 300 },
    },
  ];
}
