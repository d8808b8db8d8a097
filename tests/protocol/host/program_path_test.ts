import { join } from "node:path";
import { isWithin, linkedPaths } from "../../../protocol/host/program_path.ts";
import { assertEquals } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

Deno.test("linkedPaths() follows links, absolute and relative, until a file or a gap; a circle ends too", async () => {
  await using directory = await temporaryDirectory();
  const at = (name: string) => join(directory.path, name);
  await Deno.mkdir(at("bin"));
  await Deno.writeTextFile(at("tool"), "");
  await Deno.symlink("../tool", at("bin/tool"));
  await Deno.symlink(at("bin/tool"), at("link"));
  await Deno.symlink("missing", at("broken"));
  await Deno.symlink("circle", at("circle"));
  assertEquals(linkedPaths(at("link")), [at("link"), at("bin/tool"), at("tool")]);
  assertEquals(linkedPaths(at("tool")), [at("tool")]);
  assertEquals(linkedPaths(at("broken")), [at("broken"), at("missing")]);
  assertEquals(linkedPaths(at("nothing")), [at("nothing")]);
  assertEquals(new Set(linkedPaths(at("circle"))), new Set([at("circle")]));
});

Deno.test("isWithin() is true for the directory and what is below it, not for a neighbour of a similar name", () => {
  const inside = ["/data", "/data/", "/data/a/b", "/data/..a", "/data/a/../b"];
  for (const path of inside) assertEquals(isWithin(path, "/data"), true, path);
  for (const path of ["/", "/dat", "/data2/a", "/data-a", "/a/data", "/data/../a"]) {
    assertEquals(isWithin(path, "/data"), false, path);
  }
  assertEquals(isWithin("/usr/bin/df", "/"), true);
});
