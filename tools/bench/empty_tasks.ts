import { PATHS } from "../../protocol/http_api/paths.ts";
import { BenchCluster } from "./bench_cluster.ts";
import { LightHttpClient } from "./light_http_client.ts";
import { ServerProcess } from "./server_process.ts";
import { type Figure, median, shown, timed } from "./figure.ts";

const ONE_BY_ONE = 1_500;
const TOGETHER = 12_000;
const IN_FLIGHT = 48;
const ROUNDS = 3;

/**
 * Measures tasks without any work through a master and one node, beside an HTTP server that gives
 * the same answer directly.
 */
export async function emptyTasks(): Promise<Figure[]> {
  await using cluster = await BenchCluster.start({ model: "empty@1" });
  const url = `http://127.0.0.1:${cluster.port}${PATHS.predictions}?model=empty`;
  const answer = await (await fetch(url, { method: "POST" })).text();
  await using bare = await ServerProcess.start(new URL("./bare_server.ts", import.meta.url), [answer]);
  const rates: { dml: number; bare: number }[] = [];
  const medians: { dml: number; bare: number }[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const rate = { dml: await rateOf(url), bare: await rateOf(bare.url) };
    const latency = { dml: await latencyOf(url), bare: await latencyOf(bare.url) };
    if (round < 0) continue;
    rates.push(rate);
    medians.push(latency);
  }
  return [
    {
      what: "empty tasks through master and one node",
      measured: shown(median(rates.map(({ dml }) => dml)), "/s"),
      floor: `${shown(median(rates.map(({ bare }) => bare)), "/s")} of a bare HTTP server, same client`,
      value: median(rates.map(({ dml }) => dml)),
      unit: "/s",
      bound: { atLeast: 5_000 },
    },
    {
      what: "one empty task, median",
      measured: shown(median(medians.map(({ dml }) => dml)), "ms"),
      floor: `${shown(median(medians.map(({ bare }) => bare)), "ms")} of the bare server`,
      value: median(medians.map(({ dml }) => dml)),
      unit: "ms",
      bound: { atMost: 0.6 },
    },
  ];
}

async function rateOf(url: string): Promise<number> {
  let left = TOGETHER;
  const lane = async () => {
    using client = await LightHttpClient.open(url);
    while (left-- > 0) await client.ask();
  };
  const tookMs = await timed(() => Promise.all(Array.from({ length: IN_FLIGHT }, lane)));
  return TOGETHER / tookMs * 1_000;
}

async function latencyOf(url: string): Promise<number> {
  using client = await LightHttpClient.open(url);
  const lapsMs: number[] = [];
  for (let task = 0; task < ONE_BY_ONE; task++) lapsMs.push(await timed(() => client.ask()));
  return median(lapsMs);
}
