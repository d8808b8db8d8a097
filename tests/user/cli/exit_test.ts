import { DmlError, type ErrorCode, ERRORS } from "../../../protocol/kernel/errors.ts";
import { EXIT_CODES, exitCodeOf } from "../../../user/cli/exit.ts";
import { assertEquals } from "../../assert.ts";

function failures(...codes: ErrorCode[]): DmlError[] {
  return codes.map((code) => new DmlError(code, "It failed."));
}

Deno.test("EXIT_CODES documents the exit code of every error", () => {
  const used = new Set(Object.values(ERRORS).map(({ exit }) => String(exit)));
  assertEquals([...used].filter((exit) => !Object.hasOwn(EXIT_CODES, exit)), []);
});

Deno.test("exitCodeOf() distinguishes all, some and none done", () => {
  const table: [ErrorCode[], number, number][] = [
    [[], 3, 0],
    [["file_not_found"], 3, 1],
    [["queue_full"], 3, 1],
    [["queue_full", "deadline_exceeded"], 2, 3],
    [["queue_full", "image_empty"], 2, 1],
    [["internal"], 1, 70],
    [["interrupted"], 9, 130],
    [["image_empty", "interrupted"], 2, 130],
  ];
  for (const [codes, tried, expected] of table) {
    assertEquals(exitCodeOf(failures(...codes), { tried }), expected, `${codes} of ${tried}`);
  }
});
