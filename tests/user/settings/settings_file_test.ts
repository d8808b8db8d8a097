import { join } from "node:path";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { NO_SETTINGS } from "../../../user/settings/settings.ts";
import { readSettings, settingsFileOf } from "../../../user/settings/settings_file.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

function start(variables: Record<string, string>) {
  return { os: "linux", variable: (name: string) => variables[name], currentDirectory: "/srv/start" };
}

Deno.test("settingsFileOf() is the named file, else dml.toml in the data directory", () => {
  const account = start({ HOME: "/home/ada" });
  const found = (file: string | null, home: string | null) => settingsFileOf({ file, home }, account);
  assertEquals(found("my.toml", "/data"), { path: "/srv/start/my.toml", isNamed: true });
  assertEquals(found(null, "data"), { path: "/srv/start/data/dml.toml", isNamed: false });
  assertEquals(found(null, null)?.path, "/home/ada/.local/share/dml/dml.toml");
  assertEquals(settingsFileOf({ file: null, home: null }, start({ DML_HOME: "/srv" }))?.path, "/srv/dml.toml");
  assertEquals(settingsFileOf({ file: null, home: null }, start({})), null);
  assertEquals(settingsFileOf(null, account), null);
});

Deno.test("readSettings() needs a file only if somebody named it", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "dml.toml");
  assertEquals(await readSettings(null), NO_SETTINGS);
  assertEquals(await readSettings({ path, isNamed: false }), NO_SETTINGS);
  await assertRejects(() => readSettings({ path, isNamed: true }), DmlError, `There is no file ${path}`);
  await Deno.writeTextFile(path, "workers = 2");
  assertEquals(await readSettings({ path: join(path, "dml.toml"), isNamed: false }), NO_SETTINGS);
  assertEquals((await readSettings({ path, isNamed: false })).common.get("workers")?.text, "2");
  await Deno.writeTextFile(path, "#".repeat(LIMITS.settingsBytesMax + 1));
  await assertRejects(() => readSettings({ path, isNamed: true }), DmlError, "does not hold settings");
  await assertRejects(() => readSettings({ path: directory.path, isNamed: true }), DmlError);
});
