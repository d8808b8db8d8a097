import { DmlError } from "../../../protocol/kernel/errors.ts";
import { FlagValues } from "../../../user/cli/flag_values.ts";
import type { FlagName } from "../../../user/cli/flags.ts";
import { rolloutAction } from "../../../user/cli/rollout_command.ts";
import type { RolloutVerbName } from "../../../user/cli/rollout_verbs.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";

function action(verb: RolloutVerbName, rest: string[], given: Partial<Record<FlagName, string | boolean>> = {}) {
  return rolloutAction(
    verb,
    rest,
    new FlagValues(new Map(Object.entries(given) as [FlagName, string | boolean][]), {}),
  );
}

Deno.test("rolloutAction() reads shares, factors and times, and leaves other settings to the master", () => {
  const parsed = action("rollout", ["faces@2"], {
    canary: "20%",
    "max-error": "0.01",
    "max-slowdown": "2.5",
    "canary-tasks": "7",
    within: "90",
    compare: true,
    wait: false,
  });
  assertEquals(parsed, {
    action: "rollout",
    name: "faces",
    wait: false,
    request: {
      version: 2,
      canary: 0.2,
      maxError: 0.01,
      maxSlowdown: 2.5,
      compare: true,
      minNodes: undefined,
      canaryTasks: 7,
      deadlineMs: 90_000,
    },
  });
});

Deno.test("rolloutAction() shows the state if no version is named", () => {
  assertEquals(action("rollout", ["faces"]), { action: "rollout", name: "faces", request: null, wait: true });
});

Deno.test("rolloutAction() reads the other sub-verbs", () => {
  assertEquals(action("rollback", ["faces"]), { action: "rollback", name: "faces" });
  assertEquals(action("pin", ["faces@1"]), { action: "pin", version: "faces@1", pinned: true });
  assertEquals(action("pin", ["faces@1"], { off: true }), { action: "pin", version: "faces@1", pinned: false });
  assertEquals(action("remove", ["faces@1"]), { action: "remove", version: "faces@1" });
  assertEquals(action("remove", ["faces"]), { action: "remove", version: "faces" });
  assertEquals(action("gc", []), { action: "gc" });
});

Deno.test("rolloutAction() refuses invalid combinations, naming them", () => {
  const refusal = (...line: Parameters<typeof action>) => {
    const error = assertThrows(() => action(...line), DmlError);
    assertEquals(error.code, "usage");
    return error.message;
  };
  assertStringIncludes(refusal("rollout", ["faces@2"], { canary: "120%" }), "at most 100%");
  assertStringIncludes(refusal("rollout", ["faces@2"], { canary: "many" }), "a share like 20%");
  assertStringIncludes(refusal("rollout", ["faces@2"], { "max-slowdown": "0.5" }), "at least 1");
  assertStringIncludes(refusal("rollout", ["Faces@2"]), "faces@2");
  assertStringIncludes(refusal("rollout", []), "needs NAME@VERSION");
  assertStringIncludes(refusal("rollback", ["faces@1"]), "NAME without a version");
  assertStringIncludes(refusal("remove", ["faces@"]), "Give the version");
  assertStringIncludes(refusal("gc", ["now"]), '"now"');
});
