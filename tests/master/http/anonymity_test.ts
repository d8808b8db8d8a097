import fc from "fast-check";
import type { Manifest } from "../../../models/manifest.ts";
import type { CatalogEntry } from "../../../models/catalog/catalog_entry.ts";
import { assert, assertEquals } from "../../assert.ts";
import { ERRORS } from "../../../protocol/kernel/errors.ts";
import { NOTE_CODES, type Prediction } from "../../../protocol/messages/prediction.ts";
import type { TaskAssign } from "../../../protocol/messages/task.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import { keyOf } from "../../protocol/security/node_keys.ts";
import { predictionOf } from "../core_world.ts";
import { DETECTORS } from "../../models/pipelines/detections.ts";
import { INPUT, LABELS, manifestOf } from "../../models/pipelines/models.ts";
import { FILE, MasterFixture, pictureEntry, resultOf, type ScriptedNode } from "../master_fixture.ts";
import { ask } from "./http_fixture.ts";

const NAME = "zephyrine-17";

/** Returns what tells a node from others, and what lets others act as it. */
async function secretsOf(node: ScriptedNode, address: string): Promise<string[]> {
  const { publicKey } = await keyOf(1);
  return [NAME, node.nodeId, node.nodeId.slice("node_".length), address, publicKey, node.sessionSecret];
}

/** Returns texts by which a node could make itself known to a user. */
async function boasts(node: ScriptedNode, address: string): Promise<string[]> {
  const [host] = address.split(":");
  return [...await secretsOf(node, address), NAME.toUpperCase(), host, `http://${address}/`, `${NAME}.local`];
}

/** Returns all parts of an answer that reach the user, as text. */
async function textOf(response: Response): Promise<string> {
  return `${response.status} ${response.statusText} ${JSON.stringify([...response.headers])} ${await response.text()}`;
}

type Answer = (assign: TaskAssign, boast: string) => Message;

const person = (name: string) => ({
  box: { x: 0, y: 0, width: 1, height: 1 },
  score: 1,
  landmarks: Array.from({ length: 5 }, () => ({ x: 0, y: 0 })),
  name,
  similarity: 1,
});

const failure = (code: string): Answer => ({ taskId, attempt }, reason) => ({
  type: "task.failed",
  taskId,
  attempt,
  code,
  reason,
});

/** Every way in which text chosen by a node could get into an answer. */
const answers: readonly Answer[] = [
  ...Object.keys(ERRORS).map(failure),
  (assign, boast) => failure(boast.slice(0, 64))(assign, boast),
  (assign, boast) => resultOf(assign, { prediction: { ...predictionOf("faces@1"), persons: [person(boast)] } }),
  (assign, boast) => {
    const model = boast.toLowerCase().replace(/[^a-z0-9._-]/g, "").replace(/^[._-]+/, "").slice(0, 60) || "none";
    return resultOf(assign, { prediction: predictionOf(model) });
  },
  (assign, boast) => {
    const annotated = { digest: assign.image!.digest, size: 1, mediaType: boast.slice(0, 64) };
    return resultOf(assign, { annotated });
  },
  ...NOTE_CODES.map((code): Answer => (assign, boast) =>
    resultOf(assign, { prediction: { ...predictionOf("faces@1"), notes: [{ code, text: boast }] } })
  ),
  ...["gender", "expression", "liveness"].map((name): Answer => (assign, boast) => {
    const face = { ...person(""), name: null, similarity: null, attributes: { [name]: { label: boast, score: 1 } } };
    return resultOf(assign, { prediction: { ...predictionOf("faces@1"), persons: [face] } });
  }),
];

const scores = { input: INPUT, output: "y", activation: "none", topK: 2, scoreMin: 0, labels: LABELS } as const;
const raw = { picture: null, inputs: [{ tensor: "x", type: "float32" as const, dims: [1] }] };
const found = (boast: string) => ({ label: boast, index: 0, score: 1 });

/** Findings of other models in which a node could write what it likes. */
const findings: readonly { manifest: Manifest; find: (boast: string) => Partial<Prediction> }[] = [
  { manifest: manifestOf("classify", scores, FILE), find: (boast) => ({ labels: [found(boast)] }) },
  {
    manifest: manifestOf("detect", { ...DETECTORS[0].parameters, labels: LABELS }, FILE),
    find: (boast) => ({ objects: [{ ...found(boast), box: person("").box }] }),
  },
  {
    manifest: manifestOf("tensor", { ...raw, outputs: [] }, FILE),
    find: (boast) => ({ tensors: [{ name: boast, type: "float32", dims: [1], data: [0] }] }),
  },
];

/** Returns a model of faces with every attribute, and the models of {@linkcode findings}. */
function catalog(): CatalogEntry[] {
  const faces = pictureEntry();
  const roles = ["gender", "expression", "liveness"];
  const files = [...faces.manifest.files, ...roles.map((role) => ({ ...faces.manifest.files[0], role }))];
  const others = findings.map(({ manifest }) => ({ ...faces, manifest }));
  return [{ ...faces, manifest: { ...faces.manifest, files } }, ...others];
}

Deno.test("no answer, header or error names the node, whatever text the node sends", async () => {
  await using fixture = await MasterFixture.start({ settings: { attemptsMax: 2 }, catalog: catalog() });
  const node = await fixture.join(1, { name: NAME });
  const [{ address }] = fixture.master.nodes();
  const secrets = [...await secretsOf(node, address), address.split(":")[0]];
  const word = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom("", "Failed on ", "The picture of "));
  const boast = fc.tuple(word, fc.constantFrom(...await boasts(node, address)), word).map((parts) => parts.join(""));
  let boasting = { answerOf: answers[0], text: "" };
  void answerAlways(node, (assign) => boasting.answerOf(assign, boasting.text));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...answers), boast, async (answerOf, text) => {
      boasting = { answerOf, text };
      const asked = ask(fixture.master, "/v1/predictions?annotate=true", { method: "POST", body: "a picture" });
      const told = (await textOf(await asked)).toLowerCase();
      for (const secret of secrets) assert(!told.includes(secret.toLowerCase()), `${secret} is in: ${told}`);
    }),
    { numRuns: 300 },
  );
});

Deno.test("no finding of a model names the node: labels and tensors are the model's own", async () => {
  await using fixture = await MasterFixture.start({ settings: { attemptsMax: 2 }, catalog: catalog() });
  const node = await fixture.join(1, { name: NAME });
  const [{ address }] = fixture.master.nodes();
  let lie: Partial<Prediction> = {};
  let model = "";
  void answerAlways(node, (assign) => resultOf(assign, { prediction: { ...predictionOf(`${model}@1`), ...lie } }));
  for (const { manifest: { name }, find } of findings) {
    model = name;
    for (const boast of await boasts(node, address)) {
      lie = find(boast);
      const asked = await ask(fixture.master, `/v1/predictions?model=${name}`, { method: "POST", body: "a picture" });
      assertEquals(asked.status >= 400, true, `${name} ${boast}`);
      const told = (await textOf(asked)).toLowerCase();
      for (const secret of await secretsOf(node, address)) {
        assert(!told.includes(secret.toLowerCase()), `${secret} is in: ${told}`);
      }
    }
  }
});

/** Answers every assignment with the result of `answer` until the connection ends. */
async function answerAlways(node: ScriptedNode, answer: (assign: TaskAssign) => Message): Promise<never> {
  // Without the second message, a node that gave a task back would get no other one.
  for (;;) node.send(answer(await node.next("task.assign")), AVAILABLE);
}

const AVAILABLE: Message = {
  type: "availability",
  freeSlots: 1,
  running: 0,
  queued: 0,
  draining: false,
  memoryFreeBytes: 1,
  load: 0,
};
