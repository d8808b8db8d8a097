import fc from "fast-check";
import { problemSchema } from "../../../protocol/http_api/api.ts";
import { errorOfResponse, problemOf, problemResponse } from "../../../protocol/http/problem.ts";
import { DmlError, type ErrorCode, ERRORS } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals } from "../../assert.ts";

const CODES = Object.keys(ERRORS) as ErrorCode[];
const WHAT = { what: "the request" };

Deno.test("problemResponse() carries every code, and errorOfResponse() returns the same error", async () => {
  const text = fc.string({ maxLength: 200, unit: "grapheme" });
  const property = fc.asyncProperty(fc.constantFrom(...CODES), text, text, async (code, message, advice) => {
    const error = await errorOfResponse(problemResponse(new DmlError(code, message, { advice })), WHAT);
    assertEquals(error.code, code);
    if (code === "internal") return;
    assertEquals([error.message, error.advice], [message, advice]);
  });
  await fc.assert(property);
});

Deno.test("problemOf() returns valid problem details for any error", () => {
  fc.assert(fc.property(fc.constantFrom(...CODES), fc.nat(10_000), (code, length) => {
    problemSchema.parse(problemOf(new DmlError(code, "x".repeat(length), { advice: "y".repeat(length) })));
  }));
  for (const thrown of [null, "text", 5, new Error("x"), new TypeError("y")]) {
    assertEquals(problemSchema.parse(problemOf(thrown)).code, "internal");
  }
});

Deno.test("problemResponse() reveals nothing about the inside of dml", async () => {
  const inside = new Error("ENOENT: /home/somebody/.local/share/dml/master");
  const wrapped = new DmlError("internal", inside.message, { cause: inside, advice: inside.message });
  for (const error of [inside, wrapped]) {
    const body = await problemResponse(error).text();
    assert(!body.includes("somebody"), body);
    assert(!body.includes(".ts"), body);
  }
});

Deno.test("problemResponse() sets Retry-After and WWW-Authenticate", () => {
  const full = problemResponse(new DmlError("queue_full", "full"));
  assertEquals([full.status, full.headers.get("retry-after")], [429, "1"]);
  const stranger = problemResponse(new DmlError("unauthorized", "who?"));
  assertEquals([stranger.status, stranger.headers.get("www-authenticate")], [401, 'Bearer realm="dml"']);
  assertEquals(problemResponse(new DmlError("forbidden", "no")).headers.get("retry-after"), null);
});

Deno.test("errorOfResponse() derives the code from the status if the answer is not from dml", async () => {
  const expected: [number, ErrorCode][] = [
    [301, "request_invalid"],
    [400, "request_invalid"],
    [401, "unauthorized"],
    [403, "forbidden"],
    [404, "not_found"],
    [413, "blob_too_large"],
    [429, "queue_full"],
    [500, "internal"],
    [502, "connection_lost"],
    [503, "connection_lost"],
    [504, "connection_lost"],
  ];
  for (const [status, code] of expected) {
    const error = await errorOfResponse(new Response("<html>", { status }), WHAT);
    assertEquals([error.code, error.message], [code, `the request was answered with status ${status}`]);
  }
});

Deno.test("errorOfResponse() falls back to the status if the problem is invalid", async () => {
  const headers = { "content-type": "application/problem+json" };
  const stranger = { ...problemOf(new DmlError("usage", "x")), code: "not_a_code" };
  const bodies = [
    "",
    "{",
    "[]",
    JSON.stringify(stranger),
    JSON.stringify({ ...stranger, code: 5 }),
    `{"detail": "${"x".repeat(100_000)}"}`,
  ];
  for (const body of bodies) {
    const error = await errorOfResponse(new Response(body, { status: 404, headers }), WHAT);
    assertEquals(error.code, "not_found");
  }
});

Deno.test("errorOfResponse() stops reading a problem that never ends", async () => {
  let cancelled = false;
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
    cancel: () => {
      cancelled = true;
    },
  });
  const headers = { "content-type": "application/problem+json" };
  const error = await errorOfResponse(new Response(body, { status: 503, headers }), WHAT);
  assertEquals(error.code, "connection_lost");
  assert(cancelled);
});
