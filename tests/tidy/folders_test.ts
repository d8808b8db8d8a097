import { assertEquals } from "../assert.ts";
import { ROOT, SOURCES } from "./sources.ts";

/** The most TypeScript files that a folder holds beside its sub-folders. */
const FILES_MAX = 25;

/** Folders above the limit, each with its number of files today: it may fall, never rise. */
const RATCHET: Readonly<Record<string, number>> = {};

Deno.test("no folder holds more files than a reader can take in", () => {
  const counts = Object.groupBy(SOURCES, ({ path }) => path.split("/").slice(0, -1).join("/"));
  const countOf = (folder: string) => counts[folder]?.length ?? 0;
  const crowded = Object.keys(counts).filter((folder) => countOf(folder) > (RATCHET[folder] ?? FILES_MAX))
    .map((folder) => `${folder} has ${countOf(folder)} files, ${RATCHET[folder] ?? FILES_MAX} are allowed`);
  const obsolete = Object.keys(RATCHET).filter((folder) => countOf(folder) <= FILES_MAX)
    .map((folder) => `${folder} has ${countOf(folder)} files: take it out of RATCHET`);
  assertEquals([...crowded, ...obsolete], []);
});

Deno.test("names are snake_case and say what is inside", () => {
  const wrong = SOURCES.map(({ path }) => path).filter((path) => {
    const name = path.split("/").at(-1)!;
    return !/^[a-z0-9_]+(\.d|\.as)?\.tsx?$/.test(name) ||
      /^(index|utils|types|helpers|mod|common|misc)\.ts$/.test(name);
  });
  assertEquals(wrong, []);
});

Deno.test("the top level holds what the design says", () => {
  const allowed = new Set([
    ..."deno.json deno.lock main.ts protocol models master node user tests tools docs".split(" "),
    ..."README.md CHANGELOG.md LICENSE ARCHITECTURE.md CONTRIBUTING.md SECURITY.md THIRD_PARTY.md".split(" "),
    ..."demo-output dist".split(" "),
  ]);
  const extra = [...Deno.readDirSync(ROOT)].map(({ name }) => name)
    .filter((name) => !name.startsWith(".") && !allowed.has(name));
  assertEquals(extra, []);
});
