import { DmlError } from "../../protocol/kernel/errors.ts";
import { parseCommand } from "../../user/cli/parse_command.ts";
import { ENGINE_PATCH_VARIABLE } from "../../user/engine_patch_variable.ts";
import { STARTING_ENVIRONMENT } from "../../user/process/permission_flags.ts";
import { processFactsOf } from "../../user/process/process_facts.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

/**
 * Returns where a command line takes place on a host whose environment says `text` of the engine's
 * patch.
 */
function placeWith(text: string | undefined, line: readonly string[]) {
  return processFactsOf(parseCommand(line, {}).command, {
    os: "linux",
    variable: (name) => name === ENGINE_PATCH_VARIABLE ? text : name === "HOME" ? "/home/somebody" : undefined,
    currentDirectory: "/",
    programPaths: [],
    executable: null,
  });
}

const LINES = [["join", "10.0.0.1"], ["predict", "photo.jpg"], ["doctor"], ["models", "list"], ["serve"]];

Deno.test("processFactsOf() says that the engine is patched, unless DML_ENGINE_PATCH is off", () => {
  for (const line of LINES) {
    for (const text of [undefined, "", "on"]) assertEquals(placeWith(text, line).patchesEngine, true);
    assertEquals(placeWith("off", line).patchesEngine, false);
  }
});

Deno.test("processFactsOf() refuses another DML_ENGINE_PATCH for what runs the engine, and for nothing else", () => {
  for (const line of LINES) {
    for (const text of ["0", "no", "OFF", " off"]) {
      const { code, message } = assertThrows(() => placeWith(text, line), DmlError);
      assertEquals([code, message], ["usage", `DML_ENGINE_PATCH must be on or off, not ${JSON.stringify(text)}.`]);
    }
  }
  for (const line of [["help"], ["version"], ["serve", "--workers", "0"]]) {
    assertEquals(placeWith("no", line).patchesEngine, true);
  }
});

Deno.test("DML_ENGINE_PATCH may be read by a process that is started with the permissions of its role", () => {
  assert(STARTING_ENVIRONMENT.includes(ENGINE_PATCH_VARIABLE));
});
