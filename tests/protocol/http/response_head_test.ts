import fc from "fast-check";
import { headEnd, parseResponseHead, type ResponseHead } from "../../../protocol/http/response_head.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

function parse(lines: readonly string[], method = "GET"): ResponseHead {
  return parseResponseHead(bytesOf(`${lines.join("\r\n")}\r\n\r\n`), { method });
}

Deno.test("headEnd() finds the empty line wherever the bytes were cut", () => {
  const head = bytesOf("HTTP/1.1 200 OK\r\nx: \r\r\n\r\nbody\r\n\r\n");
  const end = head.length - "body\r\n\r\n".length;
  for (let cut = 0; cut <= head.length; cut++) {
    const first = headEnd(head.subarray(0, cut));
    assertEquals(first, cut < end ? -1 : end);
    if (first < 0) assertEquals(headEnd(head, cut), end);
  }
});

Deno.test("parseResponseHead() reads status, headers and the length of the body", () => {
  const { status, headers, bodyBytes, isKeptAlive } = parse([
    "HTTP/1.1 206 Partial Content",
    "Content-Length:12",
    "content-range: \t bytes 0-11/100  ",
    "x-empty:",
    "x-twice: one",
    "x-twice: two",
  ]);
  assertEquals([status, bodyBytes, isKeptAlive], [206, 12, true]);
  assertEquals(headers.get("content-range"), "bytes 0-11/100");
  assertEquals(headers.get("x-empty"), "");
  assertEquals(headers.get("x-twice"), "one, two");
  assertEquals(parse(["HTTP/1.1 404", "content-length: 0"]).status, 404);
  assertEquals(parse(["HTTP/1.1 404 Für das gibt es nichts", "content-length: 0"]).status, 404);
});

Deno.test("parseResponseHead() knows which answers have no body", () => {
  const length = "content-length: 12";
  assertEquals(parse(["HTTP/1.1 200 OK", length], "HEAD").bodyBytes, 0);
  assertEquals(parse(["HTTP/1.1 200 OK", length], "HEAD").headers.get("content-length"), "12");
  for (const status of [100, 103, 204, 304]) assertEquals(parse([`HTTP/1.1 ${status} x`, length]).bodyBytes, 0);
});

Deno.test("parseResponseHead() does not guess where a body ends", () => {
  assertEquals(parse(["HTTP/1.1 200 OK"]).bodyBytes, null);
  assertEquals(parse(["HTTP/1.1 200 OK", "transfer-encoding: chunked"]).bodyBytes, null);
  assertEquals(parse(["HTTP/1.1 200 OK", "content-length: 5", "transfer-encoding: chunked"]).bodyBytes, null);
});

Deno.test("parseResponseHead() says whether the connection stays", () => {
  assert(parse(["HTTP/1.1 200 OK", "connection: keep-alive"]).isKeptAlive);
  assert(!parse(["HTTP/1.1 200 OK", "connection: Upgrade, Close"]).isKeptAlive);
  assert(!parse(["HTTP/1.0 200 OK", "connection: keep-alive"]).isKeptAlive);
});

const OK = "HTTP/1.1 200 OK";
const GARBAGE: Readonly<Record<string, readonly string[]>> = {
  "another protocol": ["SSH-2.0-OpenSSH_9.9"],
  "another version": ["HTTP/2 200 OK"],
  "no status": ["HTTP/1.1 OK"],
  "a status of four digits": ["HTTP/1.1 2000 OK"],
  "nothing": [""],
  "a space before the colon": [OK, "content-length : 5"],
  "a header that goes on in the next line": [OK, "x: 1", " content-length: 5"],
  "a line feed alone": [OK, "x: 1\ncontent-length: 5"],
  "a carriage return alone": [OK, "x: 1\rcontent-length: 5"],
  "a zero byte": [OK, "x: a\0b"],
  "two lengths": [OK, "content-length: 5", "content-length: 6"],
  "a negative length": [OK, "content-length: -5"],
  "a length in hexadecimal": [OK, "content-length: 0x10"],
  "a length beyond what is counted exactly": [OK, "content-length: 9007199254740993"],
  "too many headers": [OK, ...Array.from({ length: 101 }, (_, index) => `x-${index}: 1`)],
};

for (const [what, lines] of Object.entries(GARBAGE)) {
  Deno.test(`parseResponseHead() throws connection_lost for ${what}`, () => {
    assertEquals(assertThrows(() => parse(lines), DmlError).code, "connection_lost");
  });
}

Deno.test("parseResponseHead() throws nothing but that, whatever comes", () => {
  const piece = fc.oneof(
    fc.constantFrom("HTTP/1.1 200 OK\r\n", "\r\n", "\n", ":", "content-length: 1", "transfer-encoding:", " ", "\0"),
    fc.string({ unit: "binary-ascii" }),
    fc.uint8Array().map((bytes) => String.fromCharCode(...bytes)),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom("GET", "HEAD"), (pieces, method) => {
    try {
      const { status, bodyBytes } = parseResponseHead(bytesOf(`${pieces.join("")}\r\n\r\n`), { method });
      assert(status >= 100 && status < 600);
      assert(bodyBytes === null || Number.isSafeInteger(bodyBytes) && bodyBytes >= 0);
    } catch (error) {
      assert(error instanceof DmlError && error.code === "connection_lost");
    }
  }));
});
