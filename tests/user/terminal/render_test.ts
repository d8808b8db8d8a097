import fc from "fast-check";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import {
  displayWidth,
  formatBytes,
  formatDuration,
  formatRate,
  printable,
  renderError,
  renderTable,
  shortened,
} from "../../../user/terminal/render.ts";
import { assert, assertEquals } from "../../assert.ts";

Deno.test("formatBytes(), formatDuration() and formatRate() are easy to read at every size", () => {
  const sizes: [number, string][] = [
    [0, "0 bytes"],
    [1023, "1023 bytes"],
    [1536, "1.5 KiB"],
    [64 * 1024 ** 2, "64 MiB"],
    [1.25 * 1024 ** 3, "1.3 GiB"],
  ];
  for (const [bytes, expected] of sizes) assertEquals(formatBytes(bytes), expected);
  const durations: [number, string][] = [
    [0, "0 ms"],
    [999.4, "999 ms"],
    [999.6, "1 s"],
    [1_250, "1.3 s"],
    [59_960, "1 min"],
    [60_000, "1 min"],
    [125_000, "2 min 5 s"],
    [3_599_600, "1 h"],
    [11_040_000, "3 h 4 min"],
    [90_000_000, "1 d 1 h"],
  ];
  assertEquals([6.66, 5_210.4, 999_999].map(formatRate), ["6.7/s", "5,210/s", "999,999/s"]);
  assertEquals(formatRate(LIMITS.imagesPerSecondMax), "over 1,000,000/s", "too quick for the clock");
  for (const [durationMs, expected] of durations) assertEquals(formatDuration(durationMs), expected);
});

Deno.test("displayWidth() counts columns, not characters", () => {
  const table: [string, number][] = [["abc", 3], ["写真.jpg", 8], ["e\u0301te\u0301", 3], ["📷", 2], ["", 0]];
  for (const [text, expected] of table) assertEquals(displayWidth(text), expected, text);
});

Deno.test("shortened() fits any text into any width, and keeps its beginning and end", () => {
  assertEquals(shortened("holiday/2024/photo-0001.jpg", 15), "holid…-0001.jpg");
  const text = fc.string({ unit: fc.constantFrom("a", "é", "写", "📷", "."), maxLength: 20 });
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 25 }), (text, width) => {
    const short = shortened(text, width);
    assert(displayWidth(short) <= width, `${short} in ${width}`);
    assertEquals(short === text, displayWidth(text) <= width);
  }));
});

Deno.test("renderTable() aligns its columns and shrinks the flexible one on a narrow terminal", () => {
  const columns = [{ title: "image", shrinks: true }, { title: "n", align: "right" }, { title: "name" }] as const;
  const rows = [["a-rather-long-name.jpg", "10", "Ann"], ["写.jpg", "9", ""]];
  assertEquals(
    renderTable(columns, rows, { columnsMax: Infinity, color: false }),
    [
      "image                    n  name",
      "a-rather-long-name.jpg  10  Ann",
      "写.jpg                   9",
      "",
    ].join("\n"),
  );
  const narrow = renderTable(columns, rows, { columnsMax: 24, color: false }).split("\n");
  assertEquals(narrow.map(displayWidth).every((width) => width <= 24), true);
  assertEquals(narrow[1], "a-ra…-name.jpg  10  Ann");
  assert(renderTable(columns, rows, { columnsMax: 80, color: true }).startsWith("\x1b[1mimage"));
});

Deno.test("renderError() is one line: the code, the reason, the advice", () => {
  const error = new DmlError("image_unreadable", "the picture is cut short");
  const rest = "The file is damaged or cut short; copy it again from its source.\n";
  assertEquals(
    renderError(error, { color: false, subject: "a.jpg" }),
    `error: a.jpg: the picture is cut short. ${rest}`,
  );
  assertEquals(renderError(error, { color: false }), `error: the picture is cut short. ${rest}`);
  const named = new DmlError("file_not_found", "There is no file a.jpg.");
  assertEquals(
    renderError(named, { color: true, subject: "a.jpg" }),
    "\x1b[31merror:\x1b[0m There is no file a.jpg. Check the path.\n",
  );
});

Deno.test("printable() leaves no control characters", () => {
  assertEquals(printable("a\x1b[31mb\r\n\u202ec写"), "a?[31mb???c写");
  assertEquals(printable("\u009b1A\u061c\u2028\u2029\u200f\u2066x\x7f"), "?1A?????x?");
});
