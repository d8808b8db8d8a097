import { JOINED_MEDIA_TYPE, splitResponse } from "../../../protocol/http/joined_answer.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { predictAnswerSchema } from "../../../protocol/http_api/api.ts";
import { blobPath } from "../../../protocol/http_api/paths.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { FACES } from "../../../models/catalog/faces.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { predictionOf } from "../core_world.ts";
import { MasterFixture, pictureEntry, resultOf } from "../master_fixture.ts";
import { ask, problemIn } from "./http_fixture.ts";

const PICTURE = new TextEncoder().encode("not really a picture");
const DRAWN = new TextEncoder().encode("drawn");
const ANNOTATED = { digest: digestOf(DRAWN), size: DRAWN.length, mediaType: "image/jpeg" };

/** Times of a prediction during which the clock stood still. */
const AT_ONCE = { timings: { queuedMs: 0, transferMs: 0, nodeMs: 0, returnMs: 0 }, attempts: 1 };

/** A classifier of false faces that doubts nobody. */
const DOUBT = {
  heightMin: 20,
  bias: 0,
  numbers: new Array(10).fill(0),
  embedding: [1],
  doubtfulBelow: 0,
  omittedBelow: 0,
};

function post(fixture: MasterFixture, query: string, init: RequestInit = {}): Promise<Response> {
  return ask(fixture.master, `/v1/predictions${query}`, { method: "POST", body: PICTURE, ...init });
}

Deno.test("POST /v1/predictions answers the prediction and a reference to the annotated picture", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = post(fixture, "?model=faces&annotate=true&embeddings=true");
  const assign = await node.next("task.assign");
  assertEquals(assign.options, { annotate: true, embeddings: true, gallery: null, crops: false });
  assertEquals(assign.image, { digest: digestOf(PICTURE), size: PICTURE.length });
  const put = await ask(fixture.master, blobPath(ANNOTATED.digest), { method: "PUT", body: DRAWN });
  assertEquals(put.status, 201);
  node.send(resultOf(assign, { annotated: ANNOTATED }));
  const response = await answer;
  assertEquals(response.status, 200);
  assertEquals(predictAnswerSchema.parse(await response.json()), {
    prediction: predictionOf("faces@1"),
    annotated: ANNOTATED,
    ...AT_ONCE,
  });
  const drawn = await ask(fixture.master, blobPath(ANNOTATED.digest));
  assertEquals(await drawn.bytes(), DRAWN);
});

Deno.test("POST /v1/predictions hands on the size of the annotated picture, and that small faces are looked for", async () => {
  const entry = pictureEntry();
  const planned = { ...entry, manifest: { ...FACES.manifest, files: entry.manifest.files } };
  await using fixture = await MasterFixture.start({ catalog: [planned] });
  const node = await fixture.join(1);
  const answer = post(fixture, "?annotate=true&maxSide=2000&smallFaces=true");
  const assign = await node.next("task.assign");
  const asked = { maxSide: 2_000, smallFaces: true } as const;
  assertEquals(assign.options, { annotate: true, embeddings: false, gallery: null, crops: false, ...asked });
  node.send(resultOf(assign));
  assertEquals((await answer).status, 200);
});

Deno.test("POST /v1/predictions hands on that faces are looked for at any angle", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  for (const [query, more] of [["?anyAngle=true", { anyAngle: true }], ["?anyAngle=false", {}]] as const) {
    const answer = post(fixture, query);
    const assign = await node.next("task.assign");
    assertEquals(assign.options, { annotate: false, embeddings: false, gallery: null, crops: false, ...more });
    node.send(resultOf(assign));
    assertEquals((await answer).status, 200);
  }
});

Deno.test("POST /v1/predictions tells a node that doubtful faces are wanted if its model doubts faces", async () => {
  const plain = { annotate: false, embeddings: false, gallery: null, crops: false };
  for (const doubt of [undefined, DOUBT]) {
    const faces = pictureEntry();
    assert(faces.manifest.pipeline === "faces");
    const manifest = { ...faces.manifest, parameters: { ...faces.manifest.parameters, doubt } };
    await using fixture = await MasterFixture.start({ catalog: [{ ...faces, manifest }] });
    const node = await fixture.join(1);
    for (const wanted of [true, false]) {
      const answer = post(fixture, `?keepDoubtful=${wanted}`);
      const assign = await node.next("task.assign");
      const isTold = wanted && doubt !== undefined;
      assertEquals(assign.options, isTold ? { ...plain, keepDoubtful: true } : plain);
      node.send(resultOf(assign));
      assertEquals((await answer).status, 200);
    }
  }
});

Deno.test("POST /v1/predictions without parameters uses faces, and neither annotates nor embeds", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = post(fixture, "");
  const assign = await node.next("task.assign");
  assertEquals(assign.options, { annotate: false, embeddings: false, gallery: null, crops: false });
  node.send(resultOf(assign));
  assertEquals(await (await answer).json(), { prediction: predictionOf("faces@1"), annotated: null, ...AT_ONCE });
});

Deno.test("POST /v1/predictions sends the annotated picture itself if only JPEG is accepted", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = post(fixture, "?model=faces", { headers: { accept: "image/jpeg" } });
  const assign = await node.next("task.assign");
  assertEquals(assign.options.annotate, true);
  await fixture.master.blobs.put(ANNOTATED.digest, DRAWN);
  node.send(resultOf(assign, { annotated: ANNOTATED }));
  const response = await answer;
  assertEquals(response.headers.get("content-type"), "image/jpeg");
  assertEquals(await response.bytes(), DRAWN);
  const contradiction = post(fixture, "?annotate=false", { headers: { accept: "image/jpeg" } });
  assertEquals((await problemIn(contradiction)).code, "request_invalid");
});

Deno.test("POST /v1/predictions sends the prediction and the picture together if a joined answer is accepted", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = post(fixture, "?annotate=true", { headers: { accept: `${JOINED_MEDIA_TYPE}, application/json` } });
  const assign = await node.next("task.assign");
  await fixture.master.blobs.put(ANNOTATED.digest, DRAWN);
  node.send(resultOf(assign, { annotated: ANNOTATED }));
  const { json, picture } = await splitResponse(await answer);
  assertEquals(JSON.parse(json), { prediction: predictionOf("faces@1"), annotated: ANNOTATED, ...AT_ONCE });
  assertEquals(picture, DRAWN);
});

Deno.test("POST /v1/predictions takes an empty body for a model that needs no picture", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = post(fixture, "?model=empty", { body: undefined });
  node.send(resultOf(await node.next("task.assign")));
  assertEquals((await answer).status, 200);
  const picture = post(fixture, "?model=empty&annotate=true", { headers: { accept: "image/jpeg" } });
  const assign = await node.next("task.assign");
  assertEquals([assign.image, assign.options.annotate], [null, false]);
  node.send(resultOf(assign));
  assertEquals((await problemIn(picture)).code, "request_invalid", "there is nothing to draw into");
});

/**
 * A query or request that is refused before any node is involved, the code, and a part of the
 * sentence.
 */
const REFUSED: [string, string, RequestInit, string, string][] = [
  ["an unknown parameter", "?anotate=true", {}, "request_invalid", '"anotate"'],
  ["a value that is neither true nor false", "?annotate=yes", {}, "request_invalid", "annotate"],
  ["small faces, or not", "?smallFaces=1", {}, "request_invalid", "smallFaces"],
  ["a side of no pixels", "?annotate=true&maxSide=0", {}, "request_invalid", "from 1 to 30000"],
  ["a side that is no number", "?annotate=true&maxSide=2e3", {}, "request_invalid", "maxSide"],
  ["a side of a picture that is not asked for", "?maxSide=2000", {}, "request_invalid", "maxSide"],
  ["a model that finds no faces at any angle", "?model=empty&anyAngle=true", {}, "request_invalid", "finds no faces"],
  ["small faces of a model that finds none", "?model=empty&smallFaces=true", {}, "request_invalid", "finds no faces"],
  ["small faces of a model without a plan", "?smallFaces=true", {}, "request_invalid", "has no plan"],
  ["a parameter given twice", "?embeddings=true&embeddings=false", {}, "request_invalid", "embeddings"],
  ["an unknown model", "?model=faxes", {}, "model_unknown", "faces"],
  ["a version that does not exist", "?model=faces@9", {}, "model_unknown", "faces@9"],
  ["a version of a model with a version", "?model=faces@1&version=1", {}, "request_invalid", "version already"],
  ["a score over 1", "?minScore=1.5", {}, "request_invalid", "minScore"],
  ["no faces at all", "?limit=0", {}, "request_invalid", "limit"],
  ["a quality of a picture that is not asked for", "?quality=50", {}, "request_invalid", "quality"],
  ["a malformed name", "?model=%0d%0aX", {}, "model_unknown", "is not a model name"],
  ["an empty picture", "", { body: new Uint8Array() }, "image_empty", "no bytes"],
  ["an invalid Content-Length", "", { headers: { "content-length": "-1" } }, "request_invalid", "Content-Length"],
  [
    "a picture over the limit",
    "",
    { headers: { "content-length": String(LIMITS.imageBytesMax + 1) } },
    "image_too_large",
    String(LIMITS.imageBytesMax),
  ],
  [
    "fewer bytes than announced",
    "",
    { headers: { "content-length": "99" } },
    "request_invalid",
    "but 99 were announced",
  ],
];

for (const [what, query, init, code, mention] of REFUSED) {
  Deno.test(`POST /v1/predictions refuses ${what}`, async () => {
    await using fixture = await MasterFixture.start();
    const node = await fixture.join(1);
    const problem = await problemIn(post(fixture, query, init));
    assertEquals(problem.code, code);
    assertStringIncludes(problem.detail, mention);
    assert(problem.advice.length > 0);
    await fixture.heeded(node);
    assert(!node.received.some(({ type }) => type === "task.assign"));
  });
}

Deno.test("POST /v1/predictions does not read the picture of a request that it refuses", async () => {
  await using fixture = await MasterFixture.start();
  let isRead = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      isRead = true;
      controller.close();
    },
  }, { highWaterMark: 0 });
  const headers = { "content-length": String(LIMITS.imageBytesMax + 1) };
  const problem = await problemIn(post(fixture, "", { body, headers }));
  assertEquals([problem.status, problem.code], [413, "image_too_large"]);
  assertEquals(isRead, false);
});

Deno.test("POST /v1/predictions stops waiting for a picture that stops in the middle", async () => {
  await using fixture = await MasterFixture.start();
  const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(PICTURE) });
  const answer = post(fixture, "", { body, headers: { "content-length": String(LIMITS.imageBytesMax) } });
  const problem = await fixture.passUntil(problemIn(answer));
  assertEquals([problem.status, problem.code], [408, "upload_too_slow"]);
});

Deno.test("POST /v1/predictions answers 429 with Retry-After while the queue is full", async () => {
  await using fixture = await MasterFixture.start({ settings: { tasksQueuedMax: 1 } });
  const node = await fixture.join(1);
  const first = post(fixture, "");
  const assign = await node.next("task.assign");
  const response = await post(fixture, "");
  assertEquals(response.status, 429);
  const seconds = Number(response.headers.get("retry-after"));
  assert(Number.isInteger(seconds) && seconds >= 1);
  const problem = await problemIn(response);
  assertEquals([problem.code, problem.retryable], ["queue_full", true]);
  node.send(resultOf(assign));
  assertEquals((await first).status, 200);
});

Deno.test("POST /v1/predictions cancels the task when its caller disconnects", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const caller = new AbortController();
  const answer = post(fixture, "", { signal: caller.signal });
  const { taskId } = await node.next("task.assign");
  caller.abort();
  assertEquals((await node.next("task.cancel")).taskId, taskId);
  assertEquals((await problemIn(answer)).code, "cancelled");
});

Deno.test("POST /v1/predictions passes on the code of a node that cannot use the picture", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = post(fixture, "");
  const { taskId, attempt } = await node.next("task.assign");
  const reason = "The picture is 40000x30000 pixels, which is too many.";
  node.send({ type: "task.failed", taskId, attempt, code: "image_too_large", reason });
  const problem = await problemIn(answer);
  assertEquals([problem.status, problem.code, problem.detail], [413, "image_too_large", reason]);
});
