import { Hono } from "hono";
import { type Form, type FormLimits } from "../../../../master/http/inputs/form.ts";
import { readForm } from "../../../../master/http/inputs/read_form.ts";
import { Uploads } from "../../../../master/http/uploads/uploads.ts";
import { problemResponse } from "../../../../protocol/http/problem.ts";
import { problemSchema } from "../../../../protocol/http_api/api.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { assert, assertEquals, assertStringIncludes } from "../../../assert.ts";
import { ManualClock } from "../../../protocol/manual_clock.ts";
import { bodyOf, bytesOf, PICTURE, RECORDED, SECOND } from "./recorded_requests.ts";

/** Sends a form; returns it as it was read, with the memory that is still taken, or the problem. */
async function send(
  body: Uint8Array<ArrayBuffer>,
  { contentType, chunked = false, limits = {} }: { contentType: string | null; chunked?: boolean; limits?: FormLimits },
): Promise<{ form: Form | null; problem: string; bytes: number }> {
  const memory = { bytes: 0, most: 0 };
  const predictions = {
    reserve(size: number) {
      memory.bytes += size;
      memory.most = Math.max(memory.most, memory.bytes);
      return Promise.resolve(() => void (memory.bytes -= size));
    },
  };
  const uploads = new Uploads({ predictions, clock: new ManualClock(), credentials: null });
  let form: Form | null = null;
  const app = new Hono();
  app.post("/", async (context) => {
    form = await readForm(context, { uploads, ...limits });
    return context.body(null);
  });
  app.onError((error) => problemResponse(error));
  const headers = new Headers(contentType === null ? {} : { "content-type": contentType });
  if (!chunked) headers.set("content-length", String(body.length));
  const stream = ReadableStream.from([body.slice(0, 70), body.slice(70)]);
  const answer = await app.request("/", { method: "POST", body: chunked ? stream : body, headers });
  assert(memory.most >= body.length || form === null, "memory was taken for the body");
  const problem = answer.ok ? "" : problemSchema.parse(await answer.json()).detail;
  return { form, problem, bytes: memory.bytes };
}

for (const request of RECORDED) {
  for (const chunked of [false, true]) {
    Deno.test(`readForm() reads what came from ${request.client}, ${chunked ? "in chunks" : "sized"}`, async () => {
      const { form, problem, bytes } = await send(bodyOf(request), { contentType: request.contentType, chunked });
      assertEquals(problem, "");
      const expected = request.files.map(({ name, fileName, second }) => ({
        name,
        fileName,
        bytes: second ? SECOND : PICTURE,
      }));
      assertEquals(form?.files, expected);
      assertEquals(Object.fromEntries(form?.fields ?? []), request.fields);
      assertEquals(bytes, 0, "the memory is given back");
    });
  }
}

const MULTIPART = "multipart/form-data; boundary=b";
const PART = 'Content-Disposition: form-data; name="image"; filename="a.jpg"';

const ODD: readonly [name: string, body: string, form: unknown][] = [
  ["lines that end with LF alone", `--b\n${PART}\n\none\n--b--\n`, ["one", {}]],
  ["a preamble and an epilogue", `Hello\r\n--b\r\n${PART}\r\n\r\none\r\n--b--\r\nBye`, ["one", {}]],
  ["blanks behind a boundary", `--b \t\r\n${PART}\r\n\r\none\r\n--b--`, ["one", {}]],
  ["a line that only begins as the boundary", `--b\r\n${PART}\r\n\r\n--bc\r\n\r\n--b--`, ["--bc\r\n", {}]],
  ["an empty file", `--b\r\n${PART}\r\n\r\n\r\n--b--`, ["", {}]],
  ["a file without even the empty line", `--b\r\n${PART}\r\n\r\n--b--`, ["", {}]],
  [
    "a file as base64",
    `--b\r\n${PART}\r\ncontent-transfer-encoding: BASE64\r\n\r\nb25l\r\n--b--`,
    ["one", {}],
  ],
  ["the same field twice", formOf("x", "1") + formOf("x", "2") + "--b--", [null, { x: "2" }]],
  ["no part at all", "--b--\r\n", [null, {}]],
  [
    "a file name in the extended form",
    `--b\r\nContent-Disposition: form-data; name=image; filename="x"; filename*=UTF-8''%C3%A4.jpg\r\n\r\none\r\n--b--`,
    ["one", {}, "ä.jpg"],
  ],
  [
    "the path of a file",
    `--b\r\nContent-Disposition: form-data; name="image"; filename="C:\\photos\\a.jpg"\r\n\r\none\r\n--b--`,
    ["one", {}, "a.jpg"],
  ],
];

function formOf(name: string, value: string): string {
  return `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}

for (const [name, body, expected] of ODD) {
  Deno.test(`readForm() reads ${name}`, async () => {
    const { form, problem } = await send(bytesOf(body), { contentType: MULTIPART });
    assertEquals(problem, "");
    const [bytes, fields, fileName] = expected as [string | null, Record<string, string>, string?];
    assertEquals(form?.files.map(({ bytes }) => bytes) ?? [], bytes === null ? [] : [bytesOf(bytes)]);
    assertEquals(Object.fromEntries(form?.fields ?? []), fields);
    if (fileName !== undefined) assertEquals(form?.files[0].fileName, fileName);
  });
}

const REFUSED: readonly [name: string, body: string, contentType: string | null, words: string][] = [
  ["a body that is no form", "{}", "application/json", "must be a form"],
  ["a body without a type", "{}", null, "must be a form"],
  ["a form that has another boundary", `--c\r\n${PART}\r\n\r\none\r\n--c--`, MULTIPART, "does not have the boundary"],
  ["a form without any boundary", "one", "multipart/form-data", "no boundary"],
  ["a form that is cut short", `--b\r\n${PART}\r\n\r\none`, MULTIPART, "cut short"],
  ["a form that ends in its headers", `--b\r\n${PART}`, MULTIPART, "do not end"],
  ["headers without an end", `--b\r\nx: ${"y".repeat(20_000)}\r\n\r\n\r\n--b--`, MULTIPART, "do not end"],
  ["a line that is no header", `--b\r\nno header\r\n\r\none\r\n--b--`, MULTIPART, "no header"],
  [
    "too many fields",
    formOf("x", "1").repeat(LIMITS.formFieldsMax + 1) + "--b--",
    MULTIPART,
    `more than ${LIMITS.formFieldsMax} fields`,
  ],
  ["a field that is too long", formOf("x", "1".repeat(LIMITS.formFieldBytesMax + 1)) + "--b--", MULTIPART, "longer"],
  [
    "too many parts, even of files that were not chosen",
    '--b\r\nContent-Disposition: form-data; name="image"; filename=""\r\n\r\n\r\n'.repeat(
      LIMITS.formFilesMax + LIMITS.formFieldsMax + 1,
    ) + "--b--",
    MULTIPART,
    "parts",
  ],
  [
    "too many files",
    `--b\r\n${PART}\r\n\r\none\r\n`.repeat(LIMITS.formFilesMax + 1) + "--b--",
    MULTIPART,
    `more than ${LIMITS.formFilesMax} files`,
  ],
];

for (const [name, body, contentType, words] of REFUSED) {
  Deno.test(`readForm() refuses ${name}`, async () => {
    const { form, problem, bytes } = await send(bytesOf(body), { contentType });
    assertEquals(form, null);
    assertStringIncludes(problem, words);
    assertEquals(bytes, 0);
  });
}

Deno.test("readForm() refuses a file that is too large", async () => {
  const body = bytesOf(`--b\r\n${PART}\r\n\r\n0123456789\r\n--b--`);
  const { problem } = await send(body, { contentType: MULTIPART, limits: { fileBytesMax: 9 } });
  assertStringIncludes(problem, "has 10 bytes; at most 9");
});

Deno.test("the files of a form are copies", async () => {
  const request = RECORDED[1];
  const { form } = await send(bodyOf(request), { contentType: request.contentType });
  assertEquals(form?.files.map(({ bytes }) => bytes.buffer.byteLength), [PICTURE.length, SECOND.length]);
});

Deno.test("readForm() reads fields of any form from a URL-encoded body", async () => {
  const body = bytesOf("&a=1&&b=x%3Dy=%zz%4&c&=d&e=+%2B&");
  const { form } = await send(body, { contentType: "application/x-www-form-urlencoded" });
  assertEquals(Object.fromEntries(form?.fields ?? []), { a: "1", b: "x=y=%zz%4", c: "", "": "d", e: " +" });
});
