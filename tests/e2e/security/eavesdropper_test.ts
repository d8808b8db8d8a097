/** Tests of what somebody between two hosts learns, and gets by changing what passes. */
import { join } from "node:path";
import { samplePhoto, variantOf } from "../../../tools/sample_photos.ts";
import { assert, assertEquals, assertGreater, assertStringIncludes } from "../../assert.ts";
import { readyFor } from "../cluster.ts";
import { RecordingProxy } from "./recording_proxy.ts";
import { LAN_ADDRESS, SecureCluster } from "./secure_cluster.ts";
import { newVouched } from "../../tls_identities.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { splitPin } from "../../../protocol/security/pin.ts";
import { serveHttp } from "../../../master/http/http_server.ts";

const ignore = Deno.build.os !== "linux"; // elsewhere 127.0.0.2 is no address of this machine
const PERSON = "Wilhelmine Unverwechselbar";
/** Another address of this machine, at which the listener stands between master and others. */
const BETWEEN = "127.0.0.2";
/** Loopback, in a form that dml takes for the network. */
const MASTER = "127.1";
const PREDICTIONS = 10;

interface Heard {
  readonly tokens: number;
  readonly names: boolean;
  readonly pictures: number;
}

/** Joins a node, enrols a person and predicts through a listener; returns what that one heard. */
async function heardOf(flags: readonly string[]): Promise<Heard> {
  await using cluster = await SecureCluster.start({ flags: ["--host", MASTER, "--advertise", BETWEEN, ...flags] });
  const { port, controlPort, tokens, directory } = cluster;
  await using http = new RecordingProxy({ hostname: BETWEEN, port }, { hostname: "127.0.0.1", port });
  const controlEnds = { hostname: "127.0.0.1", port: controlPort };
  await using control = new RecordingProxy({ hostname: BETWEEN, port: controlPort }, controlEnds);
  const address = `${BETWEEN}:${port}`;
  await readyFor(cluster.join("node", { address }), "faces@1");

  const photo = await samplePhoto(1);
  const photos = Array.from({ length: PREDICTIONS }, (_, at) => ({ name: `${at}.jpg`, bytes: variantOf(photo, at) }));
  for (const { name, bytes } of photos) await Deno.writeFile(join(directory, name), bytes);
  const named = ["--master", address, "--token"];
  const enrolled = await cluster.run(["people", "enroll", PERSON, "0.jpg", "--face", "3", ...named, tokens.admin]);
  assertEquals(enrolled.code, 0, enrolled.text);
  const names = photos.map(({ name }) => name);
  const predicted = await cluster.run(["predict", ...names, ...named, tokens.user]);
  assertEquals(predicted.code, 0, predicted.text);
  assertEquals(predicted.text.split(PERSON).length - 1, PREDICTIONS, "the person is on each of them");

  const annotated = await Promise.all(
    names.map((name) => Deno.readFile(join(directory, name.replace(".jpg", ".annotated.jpg")))),
  );
  assertGreater(http.byteCount + control.byteCount, PREDICTIONS * photo.length);
  const holds = (wanted: string | Uint8Array) => http.holds(wanted) || control.holds(wanted);
  // A part of each picture from the middle of its compressed data.
  const parts = [...photos.map(({ bytes }) => bytes), ...annotated].map((bytes) => bytes.subarray(-4_000, -3_900));
  return {
    tokens: Object.values(tokens).filter((token) => holds(splitPin(token).secret)).length,
    names: holds(PERSON),
    pictures: parts.filter(holds).length,
  };
}

Deno.test("a listener between two hosts learns neither token, picture nor name", { ignore }, async () => {
  assertEquals(await heardOf([]), { tokens: 0, names: false, pictures: 0 });
});

Deno.test("without TLS the same listener learns all of it, so that the test above can fail", { ignore }, async () => {
  assertEquals(await heardOf(["--insecure"]), { tokens: 3, names: true, pictures: 2 * PREDICTIONS });
});

Deno.test("an interceptor at the first connection is refused by the pin, and gets no secret", { ignore }, async () => {
  await using cluster = await SecureCluster.start({ flags: ["--host", MASTER] });
  const { ca, pin, identity } = await newVouched();
  const told: string[] = [];
  const impostor = serveHttp(async (request) => {
    told.push(JSON.stringify([request.url, ...request.headers, await request.text()]));
    return Response.json({ product: "dml" });
  }, {
    address: { hostname: BETWEEN, port: 0 },
    tls: { ca, pin, identity: () => identity },
    clock: SYSTEM_CLOCK,
    log: SILENT_LOG,
  });
  await using interceptor = new RecordingProxy({ hostname: BETWEEN, port: 0 }, impostor.address);
  const address = `${BETWEEN}:${interceptor.port}`;
  const { tokens } = cluster;
  for (
    const line of [["join", address, "--token", tokens.node], ["nodes", "--master", address, "--token", tokens.admin]]
  ) {
    const { code, text } = await cluster.run(line);
    assertEquals(code, 3, text);
    assertStringIncludes(text, `The server at ${address} is not the master that made this token`);
  }
  assertGreater(interceptor.byteCount, 0);
  assertEquals(Object.values(tokens).filter((token) => interceptor.holds(splitPin(token).secret)), []);
  assertEquals(told, [], "no request reached it by TLS");
  await impostor.close();
});

Deno.test(
  "a token that lost its pin is sent nowhere by a client that meets a master with TLS",
  { ignore: LAN_ADDRESS === null },
  async () => {
    await using cluster = await SecureCluster.start({ flags: ["--host", MASTER] });
    const { port, tokens } = cluster;
    await using proxy = new RecordingProxy({ hostname: LAN_ADDRESS ?? "", port: 0 }, { hostname: "127.0.0.1", port });
    const { secret } = splitPin(tokens.admin);
    const { code, text } = await cluster.run(["nodes", "--master", `${LAN_ADDRESS}:${proxy.port}`, "--token", secret]);
    assertEquals(code, 3, text);
    assertStringIncludes(text, "This master speaks TLS");
    assert(!proxy.holds(secret));
  },
);
