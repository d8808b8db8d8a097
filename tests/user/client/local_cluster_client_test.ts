import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import { LocalClusterClient, type LocalMaster } from "../../../user/client/local_cluster_client.ts";
import { assertEquals, assertRejects, fail } from "../../assert.ts";
import { personAt, predictionOf } from "../fake_cluster_client.ts";

const ANNOTATED = new TextEncoder().encode("annotated");
const ASK = { model: "faces", annotate: true, embeddings: false, gallery: null, crops: false };

/** A master that answers, or refuses with `code`. */
function master(code: ErrorCode | null = null): LocalMaster {
  return {
    info: () => fail(),
    predict: (_, { annotate }) => {
      if (code !== null) return Promise.reject(new DmlError(code, "No."));
      const annotated = annotate
        ? { digest: digestOf(ANNOTATED), size: ANNOTATED.length, mediaType: "image/jpeg" }
        : null;
      return Promise.resolve({ prediction: predictionOf([personAt(1)]), annotated });
    },
    readAnnotated: (digest) => digest === digestOf(ANNOTATED) ? Promise.resolve(ANNOTATED) : fail(),
    nodes: () => [],
    models: () => [],
    judgeNode: (nodeId, decision) => Promise.resolve(`${nodeId} ${decision}`),
    command: (nodeId, command) => Promise.resolve(`${nodeId} ${command}`),
  };
}

Deno.test("LocalClusterClient() hands out what the master in this process answers", async () => {
  let isDown = false;
  const client = new LocalClusterClient(master(), () => {
    isDown = true;
    return Promise.resolve();
  });
  const bytes = new Uint8Array([1]);
  const prediction = predictionOf([personAt(1)]);
  assertEquals(await client.predict(bytes, ASK), { prediction, annotated: ANNOTATED });
  assertEquals(await client.predict(bytes, { ...ASK, annotate: false }), { prediction, annotated: null });
  assertEquals(await client.nodes(), []);
  assertEquals(await client.models(), []);
  assertEquals(await client.command("node_1", "drain"), "node_1 drain");
  assertEquals(await client.judgeNode("node_1", "remove"), "node_1 remove");
  await client.close();
  assertEquals(isDown, true);
});

Deno.test("LocalClusterClient() tells its own stop from a refusal", async () => {
  for (const [code, expected] of [["cancelled", "interrupted"], ["image_unreadable", "image_unreadable"]] as const) {
    const client = new LocalClusterClient(master(code), () => Promise.resolve());
    const error = await assertRejects(() => client.predict(new Uint8Array([1]), ASK), DmlError);
    assertEquals(error.code, expected);
  }
});
