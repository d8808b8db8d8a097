import { VERSION } from "../../protocol/version.ts";
import { allocatorEnvironmentOf } from "../../user/process/allocator_environment.ts";
import { V8_FLAGS } from "../../user/process/v8_flags.ts";
import { assertEquals, assertStringIncludes } from "../assert.ts";
import { readText } from "./sources.ts";

Deno.test("the tasks of deno.json save memory as the executable does", () => {
  const { tasks } = JSON.parse(readText("deno.json"));
  for (const name of ["dml", "join", "predict"]) {
    assertStringIncludes(tasks[name].command, ` --v8-flags=${V8_FLAGS} `);
  }
  for (const verb of ["serve", "join", "predict"] as const) {
    for (const [name, value] of Object.entries(allocatorEnvironmentOf(verb))) {
      assertStringIncludes(tasks[verb].command, ` ${name}=${value} `);
    }
  }
});

Deno.test("VERSION is that of deno.json, and the lock is frozen and small", () => {
  const config = JSON.parse(readText("deno.json"));
  const lock = JSON.parse(readText("deno.lock"));
  assertEquals(config.version, VERSION);
  assertEquals(config.lock.frozen, true);
  // Packages that only supply data (models, photos) are locked without their dependencies.
  assertEquals(Object.keys(lock.npm).length < 80, true, "deno.lock grew: was it regenerated?");
});
