import fc from "fast-check";
import { contentRange, parseByteRange, parseContentRange } from "../../../protocol/http/byte_range.ts";
import { assert, assertEquals } from "../../assert.ts";

Deno.test("parseByteRange() reads the forms of RFC 9110", () => {
  assertEquals(parseByteRange("bytes=0-499", 10_000), { start: 0, end: 500 });
  assertEquals(parseByteRange("bytes=9500-", 10_000), { start: 9_500, end: 10_000 });
  assertEquals(parseByteRange("bytes=-500", 10_000), { start: 9_500, end: 10_000 });
  assertEquals(parseByteRange("bytes=0-0", 10_000), { start: 0, end: 1 });
  assertEquals(parseByteRange("bytes=9999-20000", 10_000), { start: 9_999, end: 10_000 });
  assertEquals(parseByteRange("bytes=-20000", 10_000), { start: 0, end: 10_000 });
  assertEquals(parseByteRange("Bytes=1-2", 10_000), { start: 1, end: 3 });
});

Deno.test("parseByteRange() ignores headers that are not one well-formed range of bytes", () => {
  const headers = [null, "", "bytes", "bytes=", "bytes=-", "bytes=2-1", "bytes=0-1,5-6"];
  const stranger = ["bytes=a-b", "bytes=0x1-5", "bytes= 1-2", "bytes=1.5-2", "items=0-1", "bytes=--1"];
  for (const header of [...headers, ...stranger]) assertEquals(parseByteRange(header, 100), null);
});

Deno.test("parseByteRange() returns unsatisfiable for a range without any bytes", () => {
  for (const header of ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999-"]) {
    assertEquals(parseByteRange(header, 100), "unsatisfiable");
  }
  for (const header of ["bytes=0-", "bytes=0-0", "bytes=-1"]) {
    assertEquals(parseByteRange(header, 0), "unsatisfiable");
  }
});

Deno.test("parseByteRange() covers exactly the bytes whose index the header names", () => {
  const bound = fc.option(fc.nat(40), { nil: "" as const });
  fc.assert(fc.property(bound, bound, fc.nat(30), (first, last, size) => {
    const indexes = Array.from({ length: size }, (_, index) => index);
    const covered = first === ""
      ? indexes.slice(Math.max(0, size - Number(last)))
      : indexes.filter((index) => index >= first && (last === "" || index <= last));
    const range = parseByteRange(`bytes=${first}-${last}`, size);
    const isInvalid = first === "" ? last === "" : last !== "" && last < first;
    if (isInvalid) assertEquals(range, null);
    else if (range === "unsatisfiable") assertEquals(covered, []);
    else {
      assert(range !== null);
      assertEquals(indexes.slice(range.start, range.end), covered);
      assert(covered.length > 0 && range.end <= size);
    }
  }));
});

Deno.test("parseByteRange() takes any text, and its range is always within the size", () => {
  const text = fc.oneof(fc.string(), fc.string().map((rest) => `bytes=${rest}`));
  fc.assert(fc.property(text, fc.nat(), (header, size) => {
    const range = parseByteRange(header, size);
    if (range === null || range === "unsatisfiable") return;
    assert(0 <= range.start && range.start < range.end && range.end <= size);
  }));
});

Deno.test("parseContentRange() reads back what contentRange() wrote", () => {
  fc.assert(fc.property(fc.nat(1_000), fc.nat(1_000), fc.nat(1_000), (start, length, rest) => {
    const range = { start, end: start + length + 1 };
    const size = range.end + rest;
    assertEquals(parseContentRange(contentRange(range, size)), { range, size });
  }));
});

Deno.test("parseContentRange() reads the size of an unsatisfied range, and nothing from other text", () => {
  assertEquals(parseContentRange("bytes */100"), { range: null, size: 100 });
  for (const header of [null, "", "bytes 1-2", "bytes 1-2/*", "items 1-2/3"]) {
    assertEquals(parseContentRange(header), null);
  }
});
