import { resolveHome } from "../../../protocol/host/home_path.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertThrows } from "../../assert.ts";

function homeOn(os: string, variables: Record<string, string>): string {
  return resolveHome({ os, variable: (name) => variables[name] });
}

Deno.test("resolveHome() takes DML_HOME before everything", () => {
  for (const os of ["linux", "darwin", "windows"]) {
    assertEquals(homeOn(os, { DML_HOME: "/data/dml", HOME: "/home/a", LOCALAPPDATA: "C:\\a" }), "/data/dml");
  }
});

Deno.test("resolveHome() goes where the platform keeps data", () => {
  assertEquals(homeOn("linux", { HOME: "/home/a" }), "/home/a/.local/share/dml");
  assertEquals(homeOn("linux", { HOME: "/home/a", XDG_DATA_HOME: "/data" }), "/data/dml");
  assertEquals(homeOn("linux", { HOME: "/home/a", XDG_DATA_HOME: "relative" }), "/home/a/.local/share/dml");
  assertEquals(homeOn("linux", { HOME: "/home/a", DML_HOME: "" }), "/home/a/.local/share/dml");
  assertEquals(homeOn("darwin", { HOME: "/Users/a" }), "/Users/a/Library/Application Support/dml");
  assertEquals(
    homeOn("windows", { LOCALAPPDATA: "C:\\Users\\a\\AppData\\Local" }),
    "C:\\Users\\a\\AppData\\Local\\dml",
  );
});

Deno.test("resolveHome() throws home_unusable, naming the variable, when nothing is set", () => {
  for (const [os, name] of [["linux", "HOME"], ["darwin", "HOME"], ["windows", "LOCALAPPDATA"]]) {
    const error = assertThrows(() => homeOn(os, {}), DmlError, name);
    assertEquals(error.code, "home_unusable");
  }
});
