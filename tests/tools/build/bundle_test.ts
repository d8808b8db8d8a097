import { bundledCode, withLazyImports } from "../../../tools/build/bundle.ts";
import { CATALOG } from "../../../models/catalog/catalog.ts";
import type { CatalogEntry } from "../../../models/catalog/catalog_entry.ts";
import { filesNamedIn, namedFiles, packedFiles } from "../../../tools/build/contents.ts";
import { assert, assertEquals } from "../../assert.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Identifiers that occur only in the engine, and only in the code for pictures. */
const ENGINE = "InferenceSession";
const PICTURES = "instantiateWasm";

/** Limit of the code that is loaded before `main.js` knows its command, in bytes. */
const FIRST_BYTES_MAX = 175_000;

Deno.test("bundledCode() loads only what a command needs, when it needs it", async (test) => {
  const modules = new Map((await bundledCode(ROOT, await namedFiles(ROOT))).map(({ path, text }) => [path, text]));
  const loadedBy = (start: string) => [...closure(start, modules)].map((path) => modules.get(path)!).join("\n");
  const only = (prefix: string) => {
    const found = [...modules.keys()].filter((path) => path.startsWith(prefix));
    assertEquals(found.length, 1, prefix);
    return found[0];
  };

  await test.step("a worker contains the engine and the codecs, in one module", () => {
    const worker = modules.get("worker.js")!;
    assert(worker.includes(ENGINE) && worker.includes(PICTURES));
    assertEquals(closure("worker.js", modules).size, 1);
    assertEquals(filesNamedIn(worker), [], "it is given its files");
  });

  await test.step("before its command is known main loads little, and neither schemas nor roles", () => {
    const first = loadedBy("main.js");
    assert(first.length < FIRST_BYTES_MAX, `${first.length} bytes`);
    assert(!first.includes("ZodError") && !first.includes("PRAGMA"));
    assert(!loadedBy(only("version-")).includes("ZodError"));
    assert(loadedBy(only("serve-")).includes("ZodError"), "schemas are known by this name");
  });

  await test.step("no other command loads the engine or the codecs, serve included", () => {
    for (const prefix of ["version-", "help-", "serve-", "join-", "predict-", "nodes-"]) {
      const loaded = loadedBy(only(prefix));
      assert(!loaded.includes(ENGINE) && !loaded.includes(PICTURES), prefix);
    }
    assert(loadedBy(only("serve-")).includes("PRAGMA"), "the walk follows imports");
  });
});

Deno.test("withLazyImports() hides later imports from static analysis, and finds packed files", () => {
  assertEquals(
    withLazyImports('import{a}from"./b.js";await import("./c.js")'),
    'import{a}from"./b.js";await import((0,"./c.js"))',
  );
  assertEquals(
    withLazyImports('import("@x/y/z.wasm",{with:{type:"bytes"}})'),
    'import((0,"./files/x/y/z.wasm"),{with:{type:"bytes"}})',
  );
  assertEquals(withLazyImports('import.meta.resolve("x/y.wasm")'), 'import.meta.resolve("./files/x/y.wasm")');
});

/** Returns `start` and all modules that it imports statically. */
function closure(start: string, modules: ReadonlyMap<string, string>, seen = new Set<string>()): Set<string> {
  if (seen.has(start)) return seen;
  seen.add(start);
  const text = modules.get(start);
  assert(text !== undefined, `${start} is there`);
  for (const [, path] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) closure(path, modules, seen);
  return seen;
}

Deno.test("packedFiles() leaves out files of optional models, unless they are requested", async () => {
  const pathsOf = async (optional: boolean) => (await packedFiles(ROOT, { optional })).map(({ path }) => path);
  const [few, all] = [await pathsOf(false), await pathsOf(true)];
  const left = all.filter((path) => !few.includes(path));
  const layers = (isWanted: (entry: CatalogEntry) => boolean) =>
    new Set(CATALOG.filter(isWanted).flatMap(({ manifest }) => manifest.files.map(({ digest }) => digest)));
  const always = layers(({ isOptional }) => !isOptional);
  const sometimes = layers(({ isOptional }) => isOptional === true);
  assertEquals(left.length, [...sometimes].filter((digest) => !always.has(digest)).length);
  assert(left.every((path) => path.endsWith(".onnx")), left.join());
});
