import { ERRORS } from "../../protocol/kernel/errors.ts";
import { isVerbName, verbOf } from "../../user/cli/verbs.ts";
import { assert, assertEquals } from "../assert.ts";

Deno.test("ERRORS advise only command lines that dml accepts", () => {
  const lines = Object.values(ERRORS).flatMap(({ advice }) =>
    [...advice.matchAll(/`dml ([^`]+)`/g)].map(([, line]) => line)
  );
  assert(lines.length > 10, `${lines.length} command lines`);
  const wrong = lines.filter((line) => {
    const [verb, word] = line.split(" ");
    if (!isVerbName(verb)) return true;
    const { subVerbs, words } = verbOf(verb);
    if (word === undefined) return false;
    return subVerbs ? !Object.hasOwn(subVerbs, word) : words ? !words.includes(word) : false;
  });
  assertEquals(wrong, []);
});
