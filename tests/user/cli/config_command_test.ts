import { DmlError } from "../../../protocol/kernel/errors.ts";
import { NOTHING_STORED } from "../../../user/access/standing_values.ts";
import type { ConfigCommand } from "../../../user/cli/config/config_command.ts";
import { parseCommand, settingsPlaceOf } from "../../../user/cli/parse_command.ts";
import { runConfig } from "../../../user/commands/config.ts";
import { settingsIn } from "../../../user/settings/settings_text.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";
import { FakeTerminal } from "../fake_terminal.ts";

const FILE =
  'workers = 4\nport = 7500\n[join]\nworkers = 2\nmaster = "attic"\ntoken-file = "t.txt"\n[serve]\nhost = "::"\n';

const SETTINGS = settingsIn(FILE, { path: "dml.toml" });

function parsed(line: string, environment: Record<string, string> = {}) {
  return parseCommand(line.split(" "), environment, { ...NOTHING_STORED, settings: SETTINGS });
}

Deno.test("a flag comes before its variable, the variable before the file, the file before the default", () => {
  const workers = (line: string, environment = {}) => {
    const { command } = parsed(line, environment);
    assert(command.verb === "join");
    return command.workers;
  };
  assertEquals(workers("join --workers 7", { DML_WORKERS: "6" }), 7);
  assertEquals(workers("join", { DML_WORKERS: "6" }), 6);
  assertEquals(workers("join"), 2, "the table of the verb comes before the keys for all");
  const { command } = parsed("join");
  assert(command.verb === "join");
  assertEquals([command.master.hostname, command.tokenFile], ["attic", "t.txt"]);
});

Deno.test("a service is installed with the settings of its role", () => {
  const { command } = parsed("service install serve --system");
  assert(command.verb === "service" && command.roleCommand?.verb === "serve");
  assertEquals([command.roleCommand.host, command.roleCommand.port], ["::", 7500]);
});

Deno.test("settingsPlaceOf() is what the line says, also if the rest of it is wrong; help and version read no file", () => {
  const place = (line: string, environment = {}) => settingsPlaceOf(line.split(" "), environment);
  assertEquals(place("serve --config a.toml --home h --port no"), { file: "a.toml", home: "h" });
  assertEquals(place("serve", { DML_CONFIG_FILE: "b.toml", DML_HOME: "d" }), { file: "b.toml", home: "d" });
  assertEquals(place("service install serve --system"), { file: null, home: "/var/lib/dml" });
  for (const line of ["help", "version", "completions bash", "srve", "--port"]) assertEquals(place(line), null, line);
});

function shown(line: string, environment: Record<string, string> = {}): ConfigCommand {
  const { command } = parsed(line, environment);
  assert(command.verb === "config");
  return command;
}

Deno.test("config show says where each value comes from, and shows no secret", () => {
  const environment = { DML_TOKEN: "dmla_secret", DML_HOST: "10.0.0.1" };
  const rows = new Map(shown("config show join", environment).rows.map((row) => [row.key, row]));
  assertEquals([rows.get("workers")?.value, rows.get("workers")?.source], ["2", "join.workers in dml.toml"]);
  assertEquals([rows.get("token")?.value, rows.get("token")?.source], [null, "DML_TOKEN"]);
  assertEquals([rows.get("name")?.value, rows.get("name")?.source], [null, null]);
  assert(!rows.has("port"), "join takes no --port");

  const all = new Map(shown("config", environment).rows.map((row) => [row.key, row]));
  assertEquals([all.get("workers")?.value, all.get("join.workers")?.value], ["4", "2"]);
  assertEquals(all.get("serve.host")?.source, "DML_HOST", "the variable also comes before the table");

  const terminal = new FakeTerminal();
  assertEquals(runConfig(shown("config show join", environment), { terminal }), 0);
  assert(terminal.outText.includes("(secret)") && !terminal.outText.includes("dmla_secret"), terminal.outText);
  const json = new FakeTerminal();
  runConfig(shown("config show join --json", environment), { terminal: json });
  assert(json.outText.includes('{"key":"workers","value":"2","source":"join.workers in dml.toml"}\n'), json.outText);
});

Deno.test("config show names the nearest verb", () => {
  const error = assertThrows(() => shown("config show jion"), DmlError);
  assertEquals(error.advice, "Did you mean `dml config show join`?");
  assertThrows(() => shown("config show nobody"), DmlError, "no verb with settings");
  assertThrows(() => shown("config show join more"), DmlError);
});
