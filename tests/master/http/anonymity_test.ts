import fc from "fast-check";
import { assert } from "../../assert.ts";
import { ERRORS } from "../../../protocol/kernel/errors.ts";
import type { TaskAssign } from "../../../protocol/messages/task.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import { predictionOf } from "../core_world.ts";
import { MasterFixture, resultOf, type ScriptedNode } from "../master_fixture.ts";
import { ask } from "./http_fixture.ts";

const NAME = "zephyrine-17";

/** Returns texts by which a node could make itself known to a user. */
function boasts(node: ScriptedNode, address: string): string[] {
  const [host] = address.split(":");
  return [NAME, NAME.toUpperCase(), node.nodeId, address, host, `http://${address}/`, `${NAME}.local`];
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
];

Deno.test("no answer, header or error names the node, whatever text the node sends", async () => {
  await using fixture = await MasterFixture.start({ settings: { attemptsMax: 2 } });
  const node = await fixture.join(1, { name: NAME });
  const [{ address }] = fixture.master.nodes();
  const secrets = [NAME, node.nodeId, address, address.split(":")[0]];
  const word = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom("", "Failed on ", "The picture of "));
  const boast = fc.tuple(word, fc.constantFrom(...boasts(node, address)), word).map((parts) => parts.join(""));
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
