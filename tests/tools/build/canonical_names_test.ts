import { withCanonicalNames } from "../../../tools/build/canonical_names.ts";
import { assertEquals } from "../../assert.ts";

/**
 * Returns the same modules as a bundler would name them in different locations; two of them differ
 * only in their imports.
 */
function modules(a: string, b: string, c: string, d: string) {
  return [
    { path: "main.js", text: `import"./one-${a}.js";import((0,"./one-${b}.js"));` },
    { path: `one-${a}.js`, text: `import"./leaf-${c}.js";` },
    { path: `one-${b}.js`, text: `import"./leaf-${d}.js";` },
    { path: `leaf-${c}.js`, text: `export default 1;import("./one-${b}.js")` },
    { path: `leaf-${d}.js`, text: `export default 2;import("./one-${a}.js")` },
  ];
}

Deno.test("withCanonicalNames() names modules by their content, wherever they were bundled, even in a cycle", () => {
  const here = withCanonicalNames(modules("AAAAAAAA", "BBBBBBBB", "CCCCCCCC", "DDDDDDDD"));
  const there = withCanonicalNames(modules("22222222", "11111111", "ZZZZZZZZ", "YYYYYYYY").toReversed());
  assertEquals(there, here);
  assertEquals(new Set(here.map(({ path }) => path)).size, 5);
});

Deno.test("withCanonicalNames() keeps every import valid, and the names of entry modules", () => {
  const named = withCanonicalNames(modules("AAAAAAAA", "BBBBBBBB", "CCCCCCCC", "DDDDDDDD"));
  const paths = named.map(({ path }) => path);
  assertEquals(paths.includes("main.js"), true);
  for (const { text } of named) {
    for (const [, path] of text.matchAll(/"\.\/([^"]+)"/g)) assertEquals(paths.includes(path), true, path);
  }
});
