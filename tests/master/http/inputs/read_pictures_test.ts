import { Hono } from "hono";
import { type Form } from "../../../../master/http/inputs/form.ts";
import { readPictures } from "../../../../master/http/inputs/read_pictures.ts";
import { Uploads } from "../../../../master/http/uploads/uploads.ts";
import { problemResponse } from "../../../../protocol/http/problem.ts";
import { problemSchema } from "../../../../protocol/http_api/api.ts";
import type { Problem } from "../../../../protocol/http_api/api.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { assertEquals, assertStringIncludes } from "../../../assert.ts";
import { sampleBytes } from "../../../contract/blob_store_contract.ts";
import { ManualClock } from "../../../protocol/manual_clock.ts";
import { bodyOf, bytesOf, PICTURE, RECORDED, SECOND } from "./recorded_requests.ts";

type Sent = Uint8Array<ArrayBuffer> | string;

/** Sends a body; returns what was read, or the problem. */
async function send(
  body: Sent,
  { contentType, ...options }: { contentType?: string; names?: string[]; picturesMax?: number; length?: number | null },
): Promise<{ form: Form | null; problem: Problem | null }> {
  const predictions = { reserve: () => Promise.resolve(() => {}) };
  const uploads = new Uploads({ predictions, clock: new ManualClock(), credentials: null });
  let form: Form | null = null;
  const app = new Hono();
  app.post("/", async (context) => {
    form = await readPictures(context, { uploads, ...options });
    return context.body(null);
  });
  app.onError((error) => problemResponse(error));
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const headers = new Headers(contentType === undefined ? {} : { "content-type": contentType });
  const { length = bytes.length } = options;
  if (length !== null) headers.set("content-length", String(length));
  const answer = await app.request("/", { method: "POST", body: bytes, headers });
  return { form, problem: answer.ok ? null : problemSchema.parse(await answer.json()) };
}

const BASE_64 = PICTURE.toBase64();
const ENCODED = "application/x-www-form-urlencoded";
const ONE = [PICTURE];

const READ: readonly [name: string, body: Sent, contentType: string | undefined, pictures: unknown, fields?: object][] =
  [
    ["a file of no type", PICTURE, undefined, ONE],
    ["a file of its own type", PICTURE, "image/jpeg", ONE],
    ["a file from curl --data-binary", PICTURE, ENCODED, ONE],
    ["a file that is said to be JSON", PICTURE, "application/json", ONE],
    ["an empty body", "", undefined, [new Uint8Array()]],
    ["base64 in JSON", JSON.stringify({ image: BASE_64 }), "application/json", ONE],
    ["a data URL in JSON", `\n {"file":"data:image/jpeg;base64,${BASE_64}"}`, "application/json; charset=utf-8", ONE],
    [
      "base64 for URLs without padding, with options beside it",
      JSON.stringify({
        image: PICTURE.toBase64({ alphabet: "base64url", omitPadding: true }),
        annotate: true,
        limit: 3,
        gallery: null,
      }),
      "application/json",
      ONE,
      { annotate: "true", limit: "3" },
    ],
    [
      "a list in JSON",
      JSON.stringify({ images: [BASE_64, SECOND.toBase64()] }),
      "application/json",
      [PICTURE, SECOND],
    ],
    [
      "base64 in a form",
      `image=${encodeURIComponent(BASE_64)}&annotate=true`,
      ENCODED,
      ONE,
      { annotate: "true" },
    ],
    [
      "base64 with line ends in a multipart form",
      `--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n${BASE_64.replace(/.{12}/g, "$&\r\n")}\r\n--b--`,
      "multipart/form-data; boundary=b",
      ONE,
    ],
  ];

for (const [name, body, contentType, pictures, fields = {}] of READ) {
  Deno.test(`readPictures() reads ${name}`, async () => {
    const { form, problem } = await send(body, { contentType });
    assertEquals(problem, null);
    assertEquals(form?.files.map(({ bytes }) => bytes), pictures);
    assertEquals(Object.fromEntries(form?.fields ?? []), fields);
  });
}

Deno.test("readPictures() reads every recorded form", async () => {
  for (const request of RECORDED) {
    const { form, problem } = await send(bodyOf(request), { contentType: request.contentType });
    assertEquals(problem, null, request.client);
    assertEquals(form?.files.map(({ fileName }) => fileName), request.files.map(({ fileName }) => fileName));
    assertEquals(Object.fromEntries(form?.fields ?? []), request.fields);
  }
});

Deno.test("readPictures() takes the names that the caller gives, with numbers too", async () => {
  const part = (name: string) => `--b\r\nContent-Disposition: form-data; name="${name}"; filename="x"\r\n\r\none\r\n`;
  const names = ["source_image", "picture"];
  const contentType = "multipart/form-data; boundary=b";
  const { form } = await send(`${part("source_image")}${part("picture12")}${part("picture[]")}--b--`, {
    contentType,
    names,
  });
  assertEquals(form?.files.map(({ name }) => name), ["source_image", "picture12", "picture[]"]);
  const { problem } = await send(`${part("image")}--b--`, { contentType, names });
  assertStringIncludes(problem?.detail ?? "", 'a file in the field "image"');
});

/** A picture as `curl -d` sends it. */
const STRIPPED = bytesOf("\xff\xd8" + "x".repeat(3_000));

const REFUSED: readonly [name: string, body: Sent, contentType: string | undefined, code: string, words: string][] = [
  ["a JPEG from curl -d", STRIPPED, ENCODED, "request_invalid", "curl -d"],
  ["a PNG from curl -d", bytesOf("\x89PNG\x1a\0\0\0IHDR"), ENCODED, "request_invalid", "curl -d"],
  ["JSON that is cut short", '{"image": "abc', "application/json", "request_invalid", "not JSON"],
  ["JSON without a picture", '{"gallery": "staff"}', "application/json", "request_invalid", "no picture"],
  ["JSON of very many members", `{${'"a":1,'.repeat(5_000)}"b":1}`, "application/json", "request_invalid", "too many"],
  ["JSON of very many lists", `{"image":${"[".repeat(5_000)}`, "application/json", "request_invalid", "too many"],
  ["JSON with a nested value", '{"image": {"a": 1}}', "application/json", "request_invalid", "image"],
  ["what is no base64", '{"image": "a b c !"}', "application/json", "request_invalid", "image is not base64"],
  [
    "a data URL without base64",
    '{"image": "data:image/svg+xml,<svg/>"}',
    "application/json",
    "request_invalid",
    "data URL",
  ],
  ["a form without a picture", "gallery=staff", ENCODED, "request_invalid", "no picture"],
];

for (const [name, body, contentType, code, words] of REFUSED) {
  Deno.test(`readPictures() refuses ${name}`, async () => {
    const { form, problem } = await send(body, { contentType });
    assertEquals([form, problem?.code], [null, code]);
    assertStringIncludes(problem?.detail ?? "", words);
  });
}

Deno.test("readPictures() tells whoever used curl -d what to use", async () => {
  const { problem } = await send(STRIPPED, { contentType: ENCODED });
  assertStringIncludes(problem?.advice ?? "", "--data-binary");
  const { form } = await send(sampleBytes(3_000), { contentType: ENCODED });
  assertEquals(form?.files.length, 1, "a file with all its bytes is taken");
});

Deno.test("readPictures() refuses more pictures than are wanted", async () => {
  const { problem } = await send(bodyOf(RECORDED[1]), { contentType: RECORDED[1].contentType, picturesMax: 1 });
  assertStringIncludes(problem?.detail ?? "", "2 pictures; it may have 1");
});

Deno.test("readPictures() bounds each form of body before it is read", async () => {
  const tooLong: readonly [string | undefined, number][] = [
    [undefined, LIMITS.imageBytesMax + 1],
    ["image/jpeg", LIMITS.imageBytesMax + 1],
    ["application/json", LIMITS.imageBytesMax * 1.5],
    ["multipart/form-data; boundary=b", LIMITS.formBytesMax + 1],
  ];
  for (const [contentType, length] of tooLong) {
    const { problem } = await send("x", { contentType, length });
    assertEquals([problem?.status, problem?.code], [413, "image_too_large"]);
  }
});

Deno.test("readPictures() refuses a picture in base64 that is too large", async () => {
  const image = "A".repeat(Math.ceil((LIMITS.imageBytesMax + 3_000) / 3) * 4);
  const { problem } = await send(`{"image":"${image}"}`, { contentType: "application/json" });
  assertEquals(problem?.code, "image_too_large");
});
