import { execFileSync } from "node:child_process";
import { beginningOfUpload, Flood, HALF_A_HEAD } from "../attacks/flood.ts";
import { isHealthy, withFloodedMaster } from "../attacks/flooded_master.ts";
import { Cluster } from "../../../tests/e2e/cluster.ts";
import { LAN_ADDRESS } from "../../../tests/e2e/security/secure_cluster.ts";
import { expectPhotoAnswered } from "../asking.ts";
import { expect, LeftOut, type Trial } from "../trial.ts";

const HEADS = 20_000;
/** Descriptors that a process needs beside its connections. */
const OTHER_DESCRIPTORS = 500;
const FEWEST_HEADS = 2_000;
const UPLOADS = 17;
const UPLOAD_BYTES = 64 * 1024 * 1024;

/** Floods of connections. */
export const FLOODS: readonly Trial[] = [
  {
    name: "half heads",
    done: `${HEADS} connections send half a head of HTTP, and stay`,
    expected: "others are answered, and the master ends as it should",
    run: floodWithHeads,
  },
  {
    name: "half heads at 256 descriptors",
    done: "251 connections send half a head to a master with 256 descriptors, twice",
    expected: "others are answered, and the master ends as it should",
    async run() {
      if (Deno.build.os === "windows") throw new LeftOut("Windows has no limit of descriptors");
      await withFloodedMaster({ descriptors: 256 }, async ({ port }) => {
        using flood = new Flood();
        for (let round = 0; round < 2; round++) {
          await flood.open(port, { count: 251, bytes: HALF_A_HEAD });
          for (let asked = 0; asked < 20; asked++) expect(await isHealthy(port), "the master is not well");
        }
      });
      return "40 of 40 requests were answered";
    },
  },
  {
    name: "slow uploads",
    done: `${UPLOADS} connections announce pictures of 64 MiB and send 10 bytes`,
    expected: "a photo is answered meanwhile",
    async run() {
      await using cluster = await Cluster.start();
      await cluster.join("one");
      using flood = new Flood();
      await flood.open(cluster.port, { count: UPLOADS, bytes: beginningOfUpload(UPLOAD_BYTES) });
      await expectPhotoAnswered(cluster);
      return "the photo was answered";
    },
  },
];

async function floodWithHeads(): Promise<string> {
  if (Deno.build.os === "windows") throw new LeftOut("Windows has no limit of descriptors");
  const hard = execFileSync("sh", ["-c", "ulimit -Hn"]).toString().trim();
  const count = hard === "unlimited" ? HEADS : Math.min(HEADS, Number(hard) - OTHER_DESCRIPTORS);
  if (count < FEWEST_HEADS) throw new LeftOut(`a process may open ${hard} files here`);
  let asked = 0;
  // Those who ask share no address with those who flood: of one address, the oldest connections go.
  if (LAN_ADDRESS === null) throw new LeftOut("this host has one address only");
  const flags = ["--host", "0.0.0.0", "--insecure", "--no-print-tokens"];
  await withFloodedMaster({ descriptors: null, flags }, async ({ port }) => {
    using flood = new Flood();
    let isOver = false;
    const from = { hostname: LAN_ADDRESS ?? "" };
    const flooding = flood.open(port, { count, bytes: HALF_A_HEAD, ...from }).finally(() => isOver = true);
    while (!isOver || asked < 20) {
      expect(await isHealthy(port), "the master is not well");
      asked++;
    }
    await flooding;
    expect(await isHealthy(port), "the master is not well afterwards");
  });
  return `${count} connections were opened, ${asked + 1} requests answered`;
}
