import { assertEquals } from "../assert.ts";
import { circlesOf, type Graph, shortestCircle } from "./import_circles.ts";
import { PRODUCT } from "./sources.ts";

/** Groups of files that import each other today, sorted. Groups are taken out, never added. */
const KNOWN_CIRCLES: readonly (readonly string[])[] = [];

const PATHS = new Set(PRODUCT.map(({ path }) => path));

/** Imports among the files of the product, those of types included. */
const IMPORTS: Graph = new Map(
  PRODUCT.map(({ path, imports }) => [path, imports.filter((target) => PATHS.has(target))]),
);

Deno.test("no files import each other in a circle, not even for types", () => {
  const known = new Set(KNOWN_CIRCLES.map((circle) => circle.join(", ")));
  const circles = circlesOf(IMPORTS).map((circle) => ({ circle, key: circle.join(", ") }));
  const fresh = circles.filter(({ key }) => !known.has(key))
    .map(({ circle }) => shortestCircle(IMPORTS, circle[0]).join(" -> "));
  const gone = [...known].filter((key) => !circles.some((circle) => circle.key === key))
    .map((key) => `${key}: no such circle; take it out of KNOWN_CIRCLES`);
  assertEquals([...fresh, ...gone], []);
});

Deno.test("the folders of a core import each other one way", () => {
  const isCore = (path: string) => /^(master|node)\/core\//.test(path);
  const folderOf = (path: string) => path.split("/").slice(0, -1).join("/");
  const folders = new Map<string, string[]>();
  for (const [path, targets] of IMPORTS) {
    if (!isCore(path)) continue;
    const others = targets.filter(isCore).map(folderOf).filter((folder) => folder !== folderOf(path));
    folders.set(folderOf(path), [...folders.get(folderOf(path)) ?? [], ...others]);
  }
  assertEquals(circlesOf(folders).map((circle) => shortestCircle(folders, circle[0]).join(" -> ")), []);
});

Deno.test("circlesOf() finds nodes that reach each other, and a node that points to itself", () => {
  const graph: Graph = new Map([
    ["a", ["b"]],
    ["b", ["c", "e"]],
    ["c", ["d", "b"]],
    ["d", ["b"]],
    ["e", ["f"]],
    ["f", ["f"]],
  ]);
  assertEquals(circlesOf(graph), [["b", "c", "d"], ["f"]]);
  assertEquals(shortestCircle(graph, "b"), ["b", "c", "b"]);
  assertEquals(shortestCircle(graph, "d"), ["d", "b", "c", "d"]);
  assertEquals(shortestCircle(graph, "f"), ["f", "f"]);
});
