/** Tests that a master rejects peers that do not speak its protocol, and goes on working. */
import { encodeFrame } from "../protocol/wire/encode_frame.ts";
import { PROTOCOL_VERSION } from "../../protocol/messages/hello.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { samplePhoto } from "../../tools/sample_photos.ts";
import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { Cluster } from "./cluster.ts";

const PREDICT = { model: "faces", annotate: false, embeddings: false, gallery: null, crops: false } as const;

/**
 * Sends `bytes` to the control port and returns all that the master sends until it closes the
 * connection.
 */
async function tell(controlPort: number, bytes: Uint8Array): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: controlPort });
  await connection.write(bytes);
  let text = "";
  // Reading to the end also closes this side.
  for await (const chunk of connection.readable) text += new TextDecoder().decode(chunk);
  return text;
}

function frameOf(value: unknown): Uint8Array {
  return encodeFrame(new TextEncoder().encode(JSON.stringify(value)));
}

Deno.test("garbage, an oversized frame and a wrong version are refused with a code and logged, and everything else keeps working", async () => {
  await using cluster = await Cluster.start();
  await cluster.join("one");
  const { controlPort } = await cluster.client.info();
  const photo = await samplePhoto(1);
  const working = cluster.client.predict(photo, PREDICT);

  const garbage = crypto.getRandomValues(new Uint8Array(4_096));
  garbage.set([0, 0, 1, 0]);
  assertStringIncludes(await tell(controlPort, garbage), "message_invalid");

  const oversized = new Uint8Array(8);
  new DataView(oversized.buffer).setUint32(0, LIMITS.frameBytesMax + 1);
  assertStringIncludes(await tell(controlPort, oversized), "frame_too_large");

  for (const version of [PROTOCOL_VERSION.min - 1, PROTOCOL_VERSION.max + 1]) {
    const hello = frameOf({ type: "hello", protocol: { min: version, max: version }, from: "another time" });
    assertStringIncludes(await tell(controlPort, hello), "protocol_version");
  }

  assertStringIncludes(await tell(controlPort, frameOf({ type: "ping" })), "message_invalid");

  await cluster.master.logged("A connection was closed: the other side broke the protocol.");
  assertEquals((await working).prediction.persons.length, 3);
  assertEquals((await cluster.client.predict(photo, PREDICT)).prediction.persons.length, 3);
});

Deno.test("a blob whose bytes do not match its digest is refused with a code, logged, and not kept", async () => {
  await using cluster = await Cluster.start();
  const digest = `sha256:${"ab".repeat(32)}`;
  const url = `http://${cluster.address}/blobs/${digest}`;
  const put = await fetch(url, { method: "PUT", body: new TextEncoder().encode("something else") });
  assertEquals(put.status, 422);
  assertStringIncludes(await put.text(), "blob_corrupt");
  const line = await cluster.master.logged("A request was refused.");
  assertEquals([line.level, line.code, line.path], ["warn", "blob_corrupt", `/blobs/${digest}`]);
  const head = await fetch(url, { method: "HEAD" });
  await head.body?.cancel();
  assertEquals(head.status, 404);
});

Deno.test("a page of another site cannot use a master on loopback through its visitor's browser", async () => {
  await using cluster = await Cluster.start();
  const answer = await fetch(`http://${cluster.address}/v1/nodes`, { headers: { origin: "http://evil.example" } });
  assertEquals(answer.status, 403);
  assertStringIncludes(await answer.text(), "forbidden");
  assertEquals((await cluster.master.logged("A request was refused.")).code, "forbidden");
});

Deno.test("no response to a user reveals which node did the work", async () => {
  await using cluster = await Cluster.start();
  const name = "unmistakable-node-name";
  await cluster.join(name);
  const [{ nodeId, address }] = await cluster.client.nodes();
  const secrets = [name, nodeId, address];
  const bodies = [
    await samplePhoto(1),
    new TextEncoder().encode("no picture"),
    (await samplePhoto(2)).subarray(0, 50_000),
  ];
  for (const body of bodies) {
    const answer = await fetch(`http://${cluster.address}/v1/predictions?annotate=true`, { method: "POST", body });
    const seen = [...answer.headers].flat().join("\n") + await answer.text();
    for (const secret of secrets) assert(!seen.includes(secret), `${secret} is in ${seen.slice(0, 500)}`);
  }
});
