/** Tests commands whose line to the master freezes, and whose master goes away in the middle. */
import { join } from "node:path";
import { runDml } from "../../../tools/dml_process.ts";
import { SAMPLE_FACES, samplePhotos } from "../../../tools/sample_photos.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { SYSTEM_RANDOM } from "../../../protocol/kernel/random.ts";
import { HttpPeopleClient } from "../../../user/client/http/people.ts";
import { MasterHttp } from "../../../user/client/http/master_http.ts";
import { assertEquals } from "../../assert.ts";
import { Cluster } from "../cluster.ts";
import { faceViews, writeFolders } from "../face_folders.ts";
import { FreezingProxy } from "./freezing_proxy.ts";

interface Line {
  readonly cluster: Cluster;
  readonly proxy: FreezingProxy;
}

/**
 * Runs `body` with a cluster and a proxy in front of its master. `onPicture` is called before the
 * picture with the given number reaches the master.
 */
async function withLine(
  onPicture: (number: number, line: Line) => void,
  body: (line: Line) => Promise<void>,
): Promise<void> {
  await using cluster = await Cluster.start();
  await cluster.join("one", { workers: 2 });
  let pictures = 0;
  await using proxy = new FreezingProxy({ hostname: "127.0.0.1", port: cluster.port }, (proxy, head) => {
    if (/^POST \S+\/v1\/(predictions|galleries)/.test(head)) onPicture(++pictures, { cluster, proxy });
  });
  await body({ cluster, proxy });
}

/** Writes the sample photos, and returns the words that name them. */
async function written({ directory }: Cluster): Promise<string[]> {
  const photos = await samplePhotos();
  const names = photos.map((_, index) => `photo${index + 1}.jpg`);
  await Promise.all(photos.map((photo, index) => Deno.writeFile(join(directory, names[index]), photo)));
  return names;
}

/** Predicts the sample photos through `proxy`, and returns the number of persons on each. */
async function personsThrough({ cluster, proxy }: Line, ...flags: string[]): Promise<number[]> {
  const line = ["predict", ...await written(cluster), "--no-annotate", "--json", "--gallery", "none", ...flags];
  const { code, out } = await runDml([...line, "--master", proxy.address], { cwd: cluster.directory });
  assertEquals(code, 0, out);
  return out.trimEnd().split("\n").map((text) => JSON.parse(text).prediction.persons.length);
}

Deno.test("predict answers every picture though its connections freeze in the middle", () =>
  withLine((number, { proxy }) => {
    if (number === 3) proxy.freeze("both");
  }, async (line) => {
    assertEquals(await personsThrough(line, "--concurrency", "2"), SAMPLE_FACES);
  }));

Deno.test("predict answers every picture though the line freezes until a master is started again", () => {
  let restarted = Promise.resolve();
  return withLine((number, { proxy, cluster }) => {
    if (number !== 3) return;
    proxy.freeze("both", { isShut: true });
    restarted = cluster.restartMaster().then(() => proxy.open());
  }, async (line) => {
    assertEquals(await personsThrough(line, "--concurrency", "2", "--outage", "5m"), SAMPLE_FACES);
    await restarted;
  });
});

Deno.test("people enroll enrols everybody once though the answer to a picture is lost with its connection", () => {
  let lost = 0;
  return withLine((number, { proxy }) => {
    if (number !== 2) return;
    lost++;
    proxy.freeze("answers");
  }, async ({ cluster, proxy }) => {
    const { faces: [ada, grace, hedy] } = await faceViews(cluster.client, 1);
    const folders = { Ada: ada.slice(0, 1), Grace: grace.slice(0, 1), Hedy: hedy.slice(0, 1) };
    await writeFolders(join(cluster.directory, "staff"), folders);
    const line = ["people", "enroll", "staff", "--concurrency", "1", "--master", proxy.address];
    const { code, out } = await runDml([...line, "--json"], { cwd: cluster.directory });
    const answers = out.trimEnd().split("\n").map((text) => JSON.parse(text));
    assertEquals([code, lost, answers.map(({ ok }) => ok)], [0, 1, [true, true, true]], out);
    const address = { hostname: "127.0.0.1", port: cluster.port };
    using http = new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM });
    const { people } = await new HttpPeopleClient(http).people("default", null);
    assertEquals(people.map(({ name, enrolled }) => [name, enrolled]), [["Ada", 1], ["Grace", 1], ["Hedy", 1]]);
  });
});
