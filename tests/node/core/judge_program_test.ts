import { type OwnProgram, whyDeclined } from "../../../node/core/judge_program.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { programOf } from "../../protocol/program/programs.ts";

const OWN: OwnProgram = { version: "0.1.0", target: "linux-x64", takesNewer: true, canRestart: true };
const NEWER = programOf("0.2.0");

Deno.test("whyDeclined() accepts only a newer program for this kind of host", () => {
  assertEquals(whyDeclined(NEWER, OWN, []), null);
  const reasons: readonly (readonly [string, Parameters<typeof whyDeclined>])[] = [
    ["this host is linux-x64", [programOf("0.2.0", "macos-arm64"), OWN, []]],
    ["already runs dml 0.1.0", [programOf("0.1.0"), OWN, []]],
    ["already runs dml 0.1.0", [programOf("0.0.9"), OWN, []]],
    ["not started with --upgrade", [NEWER, { ...OWN, takesNewer: false }, []]],
    ["portable executable", [NEWER, { ...OWN, canRestart: false }, []]],
  ];
  for (const [reason, question] of reasons) assertStringIncludes(whyDeclined(...question) ?? "taken", reason);
});

Deno.test("whyDeclined() declines the digest of a program that failed to start", () => {
  const failure = { version: "0.2.0", digest: NEWER.digest, reason: "it ended.", tries: 1, isFinal: true };
  assertEquals(whyDeclined(NEWER, OWN, [failure]), "It did not start successfully here: it ended.");
  assertEquals(whyDeclined(NEWER, OWN, [{ ...failure, isFinal: false }]), null);
  assertEquals(whyDeclined(programOf("0.3.0"), OWN, [failure]), null);
});
