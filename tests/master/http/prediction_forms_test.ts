/** Predictions of pictures in forms, and answers in each form that can be accepted. */
import { batchAnswerSchema, predictAnswerSchema } from "../../../protocol/http_api/api.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import type { TaskAssign } from "../../../protocol/messages/task.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { predictionOf } from "../core_world.ts";
import { MasterFixture, resultOf, type ScriptedNode } from "../master_fixture.ts";
import { ask, problemIn } from "./http_fixture.ts";

const PICTURE = new TextEncoder().encode("not really a picture");
const OTHER = new TextEncoder().encode("another one");
const DRAWN = new TextEncoder().encode("drawn\r\n--");
const ANNOTATED = { digest: digestOf(DRAWN), size: DRAWN.length, mediaType: "image/jpeg" };

/** Sends `body` in the form that fetch makes of it. */
async function send(
  fixture: MasterFixture,
  body: FormData | string | URLSearchParams,
  { query = "", accept = "*/*", type }: { query?: string; accept?: string; type?: string } = {},
): Promise<Response> {
  const request = new Request("http://127.0.0.1", { method: "POST", body });
  const contentType = type ?? request.headers.get("content-type") ?? "";
  const headers = { "content-type": contentType, accept };
  return await ask(fixture.master, `/v1/predictions${query}`, { method: "POST", body: await request.bytes(), headers });
}

function formOf(files: Record<string, Uint8Array<ArrayBuffer>>, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, bytes] of Object.entries(files)) form.append("image", new Blob([bytes]), name);
  for (const [name, text] of Object.entries(fields)) form.append(name, text);
  return form;
}

async function answerNext(node: ScriptedNode, overrides: Parameters<typeof resultOf>[1] = {}): Promise<TaskAssign> {
  const assign = await node.next("task.assign");
  node.send(resultOf(assign, overrides));
  return assign;
}

Deno.test("POST /v1/predictions takes a form, whose fields are parameters too", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const fields = { embeddings: "true", gallery: "none", minScore: "0.8", limit: "3", minFace: "40", topK: "2" };
  const answer = send(fixture, formOf({ "a.jpg": PICTURE }, fields));
  const assign = await answerNext(node);
  assertEquals(assign.image, { digest: digestOf(PICTURE), size: PICTURE.length });
  assertEquals(assign.options, {
    annotate: false,
    embeddings: true,
    gallery: null,
    crops: false,
    keep: { scoreMin: 0.8, faceHeightMin: 40, foundMax: 3, classesMax: 2 },
  });
  predictAnswerSchema.parse(await (await answer).json());
});

Deno.test("POST /v1/predictions takes base64 in JSON, with parameters beside it", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const body = { image: PICTURE.toBase64(), annotate: true, landmarks: false, labels: false, quality: 50, version: 1 };
  const answer = send(fixture, JSON.stringify(body), { type: "application/json" });
  const assign = await answerNext(node);
  assertEquals(assign.image?.digest, digestOf(PICTURE));
  assertEquals(assign.options.draw, { landmarks: false, labels: false, quality: 50 });
  assertEquals((await answer).status, 200);
});

Deno.test("POST /v1/predictions gives up after the time that the request names", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = send(fixture, formOf({ "a.jpg": PICTURE }, { deadlineMs: "500" }));
  const { deadlineMs } = await node.next("task.assign");
  assertEquals(deadlineMs, 500, "the node is told");
  const problem = await fixture.passUntil(problemIn(answer));
  assertEquals([problem.status, problem.code], [504, "deadline_exceeded"]);
  assertStringIncludes(problem.detail, "its 0.5 s");
  const [asked] = [await problemIn(send(fixture, formOf({ "a.jpg": PICTURE }, { deadlineMs: "5" })))];
  assertStringIncludes(asked.detail, "from 100 to 120000");
});

Deno.test("POST /v1/predictions refuses a parameter that is in the query and in the form", async () => {
  await using fixture = await MasterFixture.start();
  await fixture.join(1);
  const answer = send(fixture, formOf({ "a.jpg": PICTURE }, { model: "faces" }), { query: "?model=faces" });
  assertStringIncludes((await problemIn(answer)).detail, "more than once");
  const unknown = send(fixture, formOf({ "a.jpg": PICTURE }, { colour: "red" }));
  assertStringIncludes((await problemIn(unknown)).detail, '"colour"');
});

Deno.test("POST /v1/predictions answers each picture of a form, and refuses one without the others", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = send(fixture, formOf({ "a.jpg": PICTURE, "b.jpg": OTHER, "empty.jpg": new Uint8Array() }));
  const assigns = [await answerNext(node), await node.next("task.assign")];
  const { taskId, attempt } = assigns[1];
  node.send({ type: "task.failed", taskId, attempt, code: "image_unreadable", reason: "It is cut short." });
  const { answers } = batchAnswerSchema.parse(await (await answer).json());
  assertEquals(answers.map(({ fileName }) => fileName), ["a.jpg", "b.jpg", "empty.jpg"]);
  assertEquals(answers.map(({ problem }) => problem?.code), [undefined, "image_unreadable", "image_empty"]);
  assertEquals(answers[0].answer?.prediction, predictionOf("faces@1"));
  const one = await problemIn(
    send(fixture, formOf({ "a.jpg": new Uint8Array(), "b.jpg": new Uint8Array() }), { accept: "image/jpeg" }),
  );
  assertEquals(one.code, "request_invalid");
});

for (const accept of ["multipart/mixed", "multipart/form-data"]) {
  Deno.test(`POST /v1/predictions answers ${accept} with the JSON and the picture`, async () => {
    await using fixture = await MasterFixture.start();
    const node = await fixture.join(1);
    const answer = send(fixture, formOf({ "a.jpg": PICTURE }), { accept });
    const assign = await node.next("task.assign");
    assert(assign.options.annotate, "a picture is wanted");
    await fixture.master.blobs.put(ANNOTATED.digest, DRAWN);
    node.send(resultOf(assign, { annotated: ANNOTATED }));
    const response = await answer;
    assertStringIncludes(response.headers.get("content-type") ?? "", `${accept}; boundary=`);
    const body = await response.clone().bytes();
    assertEquals(response.headers.get("content-length"), String(body.length));
    // The parts are the same in both types, but for their names, which only a form has.
    if (accept === "multipart/mixed") {
      const text = new TextDecoder().decode(body);
      assertStringIncludes(text, 'Content-Disposition: attachment; filename="annotated.jpg"');
      assertStringIncludes(text, `Content-Location: /blobs/${ANNOTATED.digest}`);
      assertStringIncludes(text, "\r\n\r\ndrawn\r\n--\r\n--dml-");
      return;
    }
    const form = await response.formData();
    const [json, picture] = [form.get("answer"), form.get("annotated")];
    assertEquals(predictAnswerSchema.parse(JSON.parse(String(json))).annotated, ANNOTATED);
    assert(picture instanceof File);
    assertEquals([picture.name, picture.type], ["annotated.jpg", "image/jpeg"]);
    assertEquals(await picture.bytes(), DRAWN);
  });
}
