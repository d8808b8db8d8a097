import { join } from "node:path";
import { Cluster } from "../../../tests/e2e/cluster.ts";
import { flipBits } from "../attacks/flip_bits.ts";
import { expectPhotoAnswered } from "../asking.ts";
import { expect, type Trial } from "../trial.ts";

/** Disks that change what was written. */
export const STORAGE: readonly Trial[] = [
  {
    name: "a flipped bit",
    done: "one bit of every blob of the master is flipped, and a new node joins the restarted master",
    expected: "no node gets wrong bytes, and a photo is answered by the new node",
    async run() {
      await using cluster = await Cluster.start();
      await cluster.join("one");
      const blobs = join(cluster.directory, "master", "master", "blobs");
      const count = await flipBits(join(blobs, "sha256"));
      expect(count > 0, "there was no blob");
      await cluster.nodes[0].stop();
      await cluster.restartMaster();
      await cluster.join("fresh");
      await expectPhotoAnswered(cluster);
      return `${count} blobs were damaged and made again`;
    },
  },
];
