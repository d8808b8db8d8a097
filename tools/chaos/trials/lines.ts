import { join } from "node:path";
import { Cluster } from "../../../tests/e2e/cluster.ts";
import { FreezingProxy } from "../../../tests/e2e/lines/freezing_proxy.ts";
import { runDml } from "../../dml_process.ts";
import { SAMPLE_FACES, samplePhotos } from "../../sample_photos.ts";
import { expect, type Trial } from "../trial.ts";

/** Lines that carry nothing any more. */
export const LINES: readonly Trial[] = [
  {
    name: "a frozen line",
    done: "the connections of a batch freeze in the middle: they stay open, and nothing passes",
    expected: "every picture is answered once",
    async run() {
      await using cluster = await Cluster.start();
      await cluster.join("one");
      let pictures = 0;
      await using proxy = new FreezingProxy({ hostname: "127.0.0.1", port: cluster.port }, (line, head) => {
        if (/^POST \S+\/v1\/predictions/.test(head) && ++pictures === 3) line.freeze("both");
      });
      const photos = await samplePhotos();
      const names = photos.map((_, index) => `photo${index + 1}.jpg`);
      for (const [index, photo] of photos.entries()) {
        await Deno.writeFile(join(cluster.directory, names[index]), photo);
      }
      const line = ["predict", ...names, "--no-annotate", "--json", "--gallery", "none", "--concurrency", "2"];
      const { code, out } = await runDml([...line, "--master", proxy.address], { cwd: cluster.directory });
      expect(code === 0, `predict ended with ${code}: ${out}`);
      const persons = out.trimEnd().split("\n").map((text) => JSON.parse(text).prediction.persons.length);
      expect(persons.join() === SAMPLE_FACES.join(), `it found ${persons.join()} persons`);
      return `${persons.length} pictures were answered once each`;
    },
  },
];
