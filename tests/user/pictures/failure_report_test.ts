import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import { FailureReport } from "../../../user/pictures/failure_report.ts";
import { SharedFailure } from "../../../user/pictures/shared_failure.ts";
import { assertEquals, assertRejects, assertThrows } from "../../assert.ts";
import { FakeTerminal } from "../fake_terminal.ts";

/** Returns the report of `failures` (code and file) among `total` pictures, line by line. */
function told(failures: readonly (readonly [ErrorCode, string])[], total: number): string[] {
  const [terminal, shared] = [new FakeTerminal(), new SharedFailure()];
  const report = new FailureReport(terminal);
  for (const [code, file] of failures) report.print(shared.classify(new DmlError(code, `It is ${code}.`)), file);
  report.finish(total);
  return terminal.errorText.trimEnd().split("\n").map((line) => line.replace(/(\(?[a-z_]+\.) [A-Z].*$/, "$1"));
}

Deno.test("FailureReport() prints failures of one picture with its name, a failure of all once, and then the pictures left over", () => {
  assertEquals(
    told([
      ["image_empty", "a"],
      ["master_unreachable", "b\x1b"],
      ["master_unreachable", "c"],
      ["unauthorized", "d"],
    ], 9),
    [
      "error: a: It is image_empty.",
      "error: It is master_unreachable.",
      "error: It is unauthorized.",
      "Not done, of 9 pictures (master_unreachable):",
      "  b?",
      "  c",
      "Not done, of 9 pictures (unauthorized):",
      "  d",
    ],
  );
});

Deno.test("FailureReport() lists no pictures if it is all of them, the only one, or an abort", () => {
  const [unreachable, stopped] = ["error: It is master_unreachable.", "error: It is interrupted."];
  assertEquals(told([["master_unreachable", "a"], ["master_unreachable", "b"]], 2), [
    unreachable,
    "None of the 2 pictures was done (master_unreachable).",
  ]);
  assertEquals(told([["master_unreachable", "a"]], 1), [unreachable]);
  assertEquals(told([["interrupted", "a"], ["interrupted", "b"]], 9), [stopped]);
});

Deno.test("SharedFailure() repeats a failure that affects all pictures, by its code or because all needed it", async () => {
  const shared = new SharedFailure();
  assertEquals(shared.classify(new DmlError("image_empty", "Empty.")).isShared, false);
  shared.rethrow();
  const lack = new DmlError("memory_low", "There is no memory.");
  assertEquals(await shared.capture(() => Promise.reject(lack)), null);
  assertEquals(assertThrows(() => shared.rethrow()), lack);
  assertEquals(shared.classify(lack), { failure: lack, isShared: true });
  assertEquals(shared.classify(new DmlError("memory_low", "Of another one.")).isShared, false);
  const bug = new TypeError("x is not a function");
  assertEquals(await assertRejects(() => shared.capture(() => Promise.reject(bug))), bug);
  assertEquals(await new SharedFailure().capture(() => Promise.resolve(7)), 7);
});
