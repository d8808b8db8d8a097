import { declineReason, type OwnProgram } from "../../../node/core/judge_program.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { programOf } from "../../protocol/program/programs.ts";

const OWN: OwnProgram = { version: "0.1.0", target: "linux-x64", takesNewer: true, canRestart: true };
const NEWER = programOf("0.2.0");

Deno.test("declineReason() takes a newer program for this kind of host, and nothing else", () => {
  assertEquals(declineReason(NEWER, OWN, []), null);
  const reasons: readonly (readonly [string, Parameters<typeof declineReason>])[] = [
    ["this host is linux-x64", [programOf("0.2.0", "macos-arm64"), OWN, []]],
    ["already runs dml 0.1.0", [programOf("0.1.0"), OWN, []]],
    ["already runs dml 0.1.0", [programOf("0.0.9"), OWN, []]],
    ["not started with --upgrade", [NEWER, { ...OWN, takesNewer: false }, []]],
    ["portable executable", [NEWER, { ...OWN, canRestart: false }, []]],
  ];
  for (const [reason, question] of reasons) assertStringIncludes(declineReason(...question) ?? "taken", reason);
});

Deno.test("declineReason() remembers by its digest what did not come up", () => {
  const failure = { version: "0.2.0", digest: NEWER.digest, reason: "it ended.", tries: 1, isFinal: true };
  assertEquals(declineReason(NEWER, OWN, [failure]), "It did not start successfully here: it ended.");
  assertEquals(declineReason(NEWER, OWN, [{ ...failure, isFinal: false }]), null);
  assertEquals(declineReason(programOf("0.3.0"), OWN, [failure]), null);
});
