import { DmlError } from "../../../protocol/kernel/errors.ts";
import { SETTING_NAMES, settingOf } from "../../../user/settings/settings.ts";
import { settingsIn } from "../../../user/settings/settings_text.ts";
import { flagOf } from "../../../user/cli/flags.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";

const PATH = "/etc/dml.toml";

function refusal(text: string): [message: string, advice: string | undefined] {
  const error = assertThrows(() => settingsIn(text, { path: PATH }), DmlError);
  assertEquals(error.code, "usage", text);
  return [error.message, error.advice];
}

Deno.test("settingsIn() reads texts, numbers, switches and lists, with hyphens or underscores", () => {
  const settings = settingsIn(
    'log_level = "warn"\ncontrol-port = 0\ninsecure = false\n[join]\nlabel = ["gpu", "room=attic"]\nupgrade = true\n',
    { path: PATH },
  );
  const texts = [...settings.common].map(([name, { text, what }]) => [name, text, what]);
  assertEquals(texts, [
    ["log-level", "warn", `log_level in ${PATH}`],
    ["control-port", "0", `control-port in ${PATH}`],
    ["insecure", "0", `insecure in ${PATH}`],
  ]);
  assertEquals([...settings.byVerb.keys()], ["join"]);
  assertEquals(settingOf(settings, "join", "label"), { text: "gpu,room=attic", what: `join.label in ${PATH}` });
  assertEquals(settingOf(settings, "join", "upgrade")?.text, "1");
});

Deno.test("settingOf() prefers the table of the verb to the keys for all verbs", () => {
  const settings = settingsIn("port = 1\nworkers = 2\n[join]\nworkers = 3\n", { path: PATH });
  assertEquals(settingOf(settings, "join", "workers")?.text, "3");
  assertEquals(settingOf(settings, "serve", "workers")?.text, "2");
  assertEquals(settingOf(settings, null, "workers")?.text, "2");
  assertEquals(settingOf(settings, "join", "port")?.text, "1");
  assertEquals(settingOf(settings, "join", "host"), null);
});

Deno.test("settingsIn() takes every flag that has a variable, and no other", () => {
  for (const name of SETTING_NAMES.filter((name) => name !== "token" && name !== "to-token")) {
    const value = flagOf(name).argument === undefined ? "true" : '"text"';
    assertEquals([...settingsIn(`${name} = ${value}`, { path: PATH }).common.keys()], [name]);
  }
  assert(!SETTING_NAMES.includes("json"));
  assert(!SETTING_NAMES.includes("config"));
});

Deno.test("settingsIn() names the key that is wrong, and the nearest right one", () => {
  assertEquals(refusal("workrs = 3"), [`${PATH} has workrs, which is no setting.`, "Did you mean workers?"]);
  assertEquals(refusal("[join]\nworkrs = 3"), [
    `${PATH} has join.workrs, which is no setting.`,
    "Did you mean workers?",
  ]);
  assertEquals(refusal("[join]\nport = 3")[0], `${PATH} has join.port, which is no setting.`);
  assertEquals(refusal("[jion]\nworkers = 3")[1], "Did you mean [join]?");
  assertEquals(refusal("[nobody]\n")[0], `${PATH} has a table [nobody], which is no verb with settings.`);
  assertEquals(refusal("json = true")[0], `${PATH} has json, which is no setting.`);
  assertEquals(refusal("zzzzzz = 1")[1], "`dml config show` lists the settings.");
});

Deno.test("settingsIn() refuses secrets, and says where they belong", () => {
  const [message, advice] = refusal('token = "dmla_secret"');
  assertEquals(message, `${PATH} has token, a secret, which does not belong into it.`);
  assertEquals(advice, "Put it into a file, and name that with token-file.");
  assertEquals(refusal('[models]\nto-token = "dmla_secret"')[1], "Put it into DML_TO_TOKEN.");
});

Deno.test("settingsIn() takes no programs for admins, because a node may write its own file", () => {
  assertEquals(
    refusal('[join]\nallow-exec = ["sh=/bin/sh"]')[0],
    `${PATH} has join.allow-exec, which is no setting.`,
  );
});

Deno.test("settingsIn() refuses values of the wrong kind", () => {
  assertEquals(refusal("insecure = 1")[0], `insecure in ${PATH} must be true or false.`);
  assertEquals(refusal('upgrade = "yes"')[0], `upgrade in ${PATH} must be true or false.`);
  for (const value of ["true", '""', "[1]", "inf", "1979-05-27", '["4"]']) {
    assertEquals(refusal(`workers = ${value}`)[0], `workers in ${PATH} must be a text or a number.`, value);
  }
  for (const value of ["true", "[]", "[1]", '[""]', '["a,b"]', '[["a"]]']) {
    assertEquals(refusal(`label = ${value}`)[0], `label in ${PATH} must be a text, or a list of texts without commas.`);
  }
  assertEquals(
    refusal("[join.label]\nx = 1")[0],
    `join.label in ${PATH} must be a text, or a list of texts without commas.`,
  );
});

Deno.test("settingsIn() says where a file is no TOML", () => {
  for (const text of ["workers =", "workers", "[join", "\u0000"]) {
    assert(refusal(text)[0].startsWith(`${PATH} is not TOML: `), text);
  }
});
