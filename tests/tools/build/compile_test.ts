import { compileArguments, findRuntime, type RuntimeSearch } from "../../../tools/build/compile.ts";
import { TARGETS } from "../../../tools/build/targets.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";

const TARGET = TARGETS[0];
const NOWHERE: RuntimeSearch = {
  version: "2.9.6",
  denortBin: undefined,
  denoDirectory: "/cache",
  isThere: () => Promise.resolve(false),
  canFetch: () => Promise.resolve(false),
};

Deno.test("findRuntime() looks in DENORT_BIN, in the cache and on the network, in this order", async () => {
  const found = (search: Partial<RuntimeSearch>) => findRuntime(TARGET, { ...NOWHERE, ...search });
  const path = "/cache/dl/release/v2.9.6/denort-x86_64-unknown-linux-gnu.zip";
  const everywhere = { isThere: () => Promise.resolve(true), canFetch: () => Promise.resolve(true) };
  assertEquals(await found({ ...everywhere, denortBin: "/denort" }), { isFound: true, where: "DENORT_BIN is /denort" });
  const cached = await found({ ...everywhere, isThere: (asked) => Promise.resolve(asked === path) });
  assertEquals(cached, { isFound: true, where: "in Deno's cache" });
  const asked: string[] = [];
  const fetched = await found({ canFetch: (url) => Promise.resolve(asked.push(url) > 0) });
  assertEquals([fetched.isFound, asked.length], [true, 1]);
  assertStringIncludes(asked[0], "/v2.9.6/denort-x86_64-unknown-linux-gnu.zip");
});

Deno.test("findRuntime() lists the places that it searched in vain", async () => {
  assertEquals((await findRuntime(TARGET, { ...NOWHERE, denortBin: "/gone" })).isFound, false);
  const { isFound, where } = await findRuntime(TARGET, NOWHERE);
  assertEquals(isFound, false);
  assertStringIncludes(where, "cannot be reached");
});

Deno.test("compileArguments() include the whole program, for the target, with permissions that name neither run nor ffi", () => {
  const line = compileArguments(TARGET, { directory: "/program", output: "/out/dml" });
  assertEquals([line[0], line.at(-1)], ["compile", "/program/main.js"]);
  for (
    const needed of ["--target=x86_64-unknown-linux-gnu", "--include=/program", "--output=/out/dml", "--no-prompt"]
  ) {
    assertEquals(line.includes(needed), true, needed);
  }
  assertEquals(line.filter((flag) => /^(-A|--allow-(all|run|ffi|import))/.test(flag)), []);
});
