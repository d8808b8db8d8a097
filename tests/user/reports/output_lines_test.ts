import { OutputLines } from "../../../user/reports/output_lines.ts";
import { assertEquals } from "../../assert.ts";

/** Returns the lines of pieces of standard output, and what was left at the end. */
function linesOf(pieces: readonly Uint8Array<ArrayBuffer>[]): string[] {
  const lines: string[] = [];
  const output = new OutputLines((stream, line) => lines.push(`${stream} ${line}`));
  for (const piece of pieces) output.add("stdout", piece);
  output.end();
  return lines;
}

Deno.test("OutputLines makes the same lines wherever the bytes are cut", () => {
  const bytes = new TextEncoder().encode("one\n\nzwei ä\r\nthree 🙂");
  const expected = ["stdout one", "stdout ", "stdout zwei ä", "stdout three 🙂"];
  assertEquals(linesOf([bytes]), expected);
  assertEquals(linesOf(Array.from(bytes, (byte) => Uint8Array.of(byte))), expected);
});

Deno.test("OutputLines keeps the two streams apart", () => {
  const lines: string[] = [];
  const output = new OutputLines((stream, line) => lines.push(`${stream} ${line}`));
  const encoder = new TextEncoder();
  output.add("stdout", encoder.encode("a"));
  output.add("stderr", encoder.encode("x\ny"));
  output.add("stdout", encoder.encode("b\n"));
  output.end();
  assertEquals(lines, ["stderr x", "stdout ab", "stderr y"]);
});

Deno.test("OutputLines prints a line without an end in parts, so that memory stays bounded", () => {
  const lines = linesOf(Array.from({ length: 10 }, () => new Uint8Array(5_000).fill(97)));
  assertEquals(lines.map((line) => line.length - "stdout ".length), [16_384, 16_384, 16_384, 848]);
});
