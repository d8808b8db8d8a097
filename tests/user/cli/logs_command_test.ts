import { DmlError } from "../../../protocol/kernel/errors.ts";
import { parseCommand } from "../../../user/cli/parse_command.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";

Deno.test("logsCommand() refuses values of the wrong form, naming the flag", () => {
  const table: Readonly<Record<string, string>> = {
    "logs --since 10": "--since must be a time like 30m, 24h or 7d",
    "logs --since 1w": "--since must be",
    "logs --since=-1m": "--since must be",
    "logs --level debug": "--level must be one of info, warn, error",
    "logs --tail 1.5": "--tail must be a whole number from 0 to 1000000",
    "logs --tail 1000001": "--tail must be a whole number from 0 to 1000000",
    "logs -o yaml": "--out must be one of text, json",
    "logs attic": "attic",
  };
  for (const [line, sentence] of Object.entries(table)) {
    const error = assertThrows(() => parseCommand(line.split(" "), {}), DmlError);
    assertEquals(error.code, "usage", line);
    assertStringIncludes(error.message, sentence);
  }
});

Deno.test("logsCommand() takes the directory for annotated pictures for no form", () => {
  const { command } = parseCommand(["logs"], { DML_OUT: "marked" });
  assertEquals(command.verb === "logs" && command.json, false);
});
