import { assertEquals } from "../assert.ts";
import { docCommentsOf } from "./doc_comments.ts";
import { PRODUCT } from "./sources.ts";

/**
 * First words of a doc comment that defines by a relative clause or leaves out its subject. A
 * function is described by a verb in the third person, a value or a type by a noun phrase.
 */
const UNWANTED = /^(What|Whoever|Who|Whose|Which|Of|How|Where|Whether|By|As)\b/;

Deno.test("doc comments begin with a verb or a noun phrase", () => {
  const unwanted = PRODUCT.flatMap((source) => [...docCommentsOf(source)])
    .filter(({ firstLine }) => UNWANTED.test(firstLine));
  assertEquals(unwanted.map(({ path, line, firstLine }) => `${path}:${line}: ${firstLine}`), []);
});

Deno.test("docCommentsOf() finds the first line of each doc comment, and nothing else", () => {
  const text = [
    "/** One line. */",
    "// /** A comment of another kind. */",
    "/* What is no doc comment. */",
    "function a({ /** Inline. */ b }) {}",
    "interface A {",
    "  /**",
    "   * Several lines,",
    "   * the first of which counts.",
    "   */",
    '  readonly b: "/** a string */";',
    "}",
  ].join("\n");
  assertEquals([...docCommentsOf({ path: "a.ts", text })], [
    { path: "a.ts", line: 1, firstLine: "One line. */" },
    { path: "a.ts", line: 4, firstLine: "Inline. */ b }) {}" },
    { path: "a.ts", line: 6, firstLine: "Several lines," },
  ]);
});
