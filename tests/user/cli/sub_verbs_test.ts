import { DmlError } from "../../../protocol/kernel/errors.ts";
import { flagsOfSubVerbs, requireWords, type SubVerbs, takeSubVerb } from "../../../user/cli/sub_verbs.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";

const TABLE: SubVerbs<"list" | "add"> = {
  list: { usage: "", summary: "List.", details: [], flags: ["json", "master"], examples: [] },
  add: { usage: "PATH", summary: "Add.", details: [], flags: ["master", "name"], examples: [] },
};

function refusal(run: () => unknown): string {
  const error = assertThrows(run, DmlError);
  assertEquals(error.code, "usage");
  return `${error.message} ${error.advice}`;
}

Deno.test("takeSubVerb() takes the first word, or the fallback if there is none", () => {
  const take = (...rest: string[]) => takeSubVerb("things", TABLE, { rest, given: [], fallback: "list" });
  assertEquals(take("add", "a", "b"), { name: "add", rest: ["a", "b"] });
  assertEquals(take(), { name: "list", rest: [] });
});

Deno.test("takeSubVerb() refuses an unknown sub-verb and suggests the nearest; properties of Object are unknown too", () => {
  const take = (word: string) => () => takeSubVerb("things", TABLE, { rest: [word], given: [], fallback: "list" });
  assertStringIncludes(refusal(take("ad")), "`dml things add`");
  assertStringIncludes(refusal(take("constructor")), '"constructor"');
  const bare = () => takeSubVerb("things", TABLE, { rest: [], given: [], fallback: null });
  assertStringIncludes(refusal(bare), "list, add");
});

Deno.test("takeSubVerb() refuses a flag of another sub-verb and accepts those of every verb", () => {
  const take = (given: ["json" | "log-level"]) => () =>
    takeSubVerb("things", TABLE, { rest: ["add"], given, fallback: null });
  assertStringIncludes(refusal(take(["json"])), "`dml things list`");
  assertEquals(take(["log-level"])().name, "add");
});

Deno.test("flagsOfSubVerbs() names each flag once", () => {
  assertEquals(flagsOfSubVerbs(TABLE), ["json", "master", "name"]);
});

Deno.test("requireWords() requires the exact number of words", () => {
  const want = (rest: string[]) => () => requireWords("things add", rest, { min: 1, max: 2, what: "a path" });
  assertStringIncludes(refusal(want([])), "needs a path");
  assertStringIncludes(refusal(want(["a", "b", "c"])), '"c"');
  want(["a"])();
});
