import fc from "fast-check";
import { faultOfPath, joinedPath, splitPath } from "../../../protocol/messages/file_path.ts";
import { assert, assertEquals } from "../../assert.ts";

Deno.test("faultOfPath() takes relative paths, and the directory itself", () => {
  for (const path of ["", "a", "a/b.txt", ".hidden", "a b/ü.txt", "...", "a..b", "12:30.log", "a/CON", "x.", "-rf"]) {
    assertEquals(faultOfPath(path), null, path);
  }
});

Deno.test("faultOfPath() refuses everything that could lead out, or steer a terminal", () => {
  const refused = [
    ..."/a // /".split(" "),
    ..."../a a/../b a/.. .. . ./a a/./b a//b a/ C:a C:/a c:\\a a\\b \\\\host\\share".split(" "),
    "a\0b",
    "a\nb",
    "a\x1b[2Jb",
    "a\u202eb",
    "\ud800",
    ".dml-parts",
    ".dml-parts/a",
    ".DML-PARTS/a",
    "a".repeat(256),
    "ü".repeat(128),
    `${"a/".repeat(512)}a`,
  ];
  for (const path of refused) assert(faultOfPath(path) !== null, JSON.stringify(path));
});

Deno.test("faultOfPath() knows what Windows does not allow", () => {
  const refused = ["a/CON", "nul.txt", "com1", "a:b", "a.", "a ", "a?", "a|b", 'a"b', "LPT9.log/a"];
  for (const path of refused) assert(faultOfPath(path, { forWindows: true }) !== null, path);
  for (const path of ["console", "a.b", "com", "lpt10"]) {
    assertEquals(faultOfPath(path, { forWindows: true }), null, path);
  }
});

Deno.test("faultOfPath() takes no path that resolves to another place than it says", () => {
  const name = fc.oneof(fc.constantFrom("..", ".", "", "a", "/", "\\", "C:", "\0"), fc.string({ maxLength: 5 }));
  fc.assert(fc.property(fc.array(name, { maxLength: 6 }), (names) => {
    const path = names.join("/");
    if (path === "" || faultOfPath(path) !== null) return;
    const resolved = decodeURIComponent(
      new URL(`file:///opened/${path.split("/").map(encodeURIComponent).join("/")}`).pathname,
    );
    assertEquals(resolved, `/opened/${path}`);
  }));
});

Deno.test("joinedPath() and splitPath() are the inverse of each other", () => {
  assertEquals([joinedPath("", "a"), joinedPath("a/b", "c"), joinedPath("a", "")], ["a", "a/b/c", "a"]);
  assertEquals([splitPath("a"), splitPath("a/b/c")], [{ parent: "", name: "a" }, { parent: "a/b", name: "c" }]);
});
