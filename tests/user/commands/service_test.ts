import { join } from "node:path";
import { lockDirectory } from "../../../protocol/host/directory_lock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { parseCommand } from "../../../user/cli/parse_command.ts";
import { runService } from "../../../user/commands/service.ts";
import { serviceCommandLine } from "../../../user/service/command_line.ts";
import type { ServiceCommand } from "../../../user/cli/command.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "../../assert.ts";
import { FakeTerminal } from "../fake_terminal.ts";
import { FileTree } from "../file_tree.ts";

const SOURCES = "file:///opt/dml/main.ts";

function commandOf(...line: string[]): ServiceCommand {
  const { command } = parseCommand(["service", ...line], {});
  assert(command.verb === "service");
  return command;
}

/** Runs the line on a host whose services and data are in `tree`. Returns what it prints. */
async function service(
  tree: FileTree,
  line: readonly string[],
  { executable = "/usr/local/bin/dml", manager = "systemd", patchesEngine }: {
    executable?: string | null;
    patchesEngine?: boolean;
    manager?: "systemd" | "launchd";
  } = {},
): Promise<string> {
  const terminal = new FakeTerminal();
  const facts = {
    home: join(tree.path, "home"),
    currentDirectory: tree.path,
    programPaths: ["/opt/dml"],
    executable,
    patchesEngine,
    serviceDirectory: { manager, path: join(tree.path, "units") },
  } as const;
  assertEquals(await runService(commandOf(...line), { terminal, facts, entry: SOURCES }), 0);
  return terminal.outText;
}

Deno.test("runService() writes a unit that starts the role with the same options, and prints the commands to run", async () => {
  using tree = new FileTree({});
  const out = await service(tree, ["install", "serve", "--host", "0.0.0.0", "--port", "80"]);
  const unit = await Deno.readTextFile(join(tree.path, "units/dml-serve.service"));
  assertStringIncludes(unit, "ExecStart=/usr/local/bin/dml serve --host=0.0.0.0 --port=80 --control-port=7401\n");
  assertStringIncludes(unit, `Environment=DML_HOME=${tree.path}/home\n`);
  assertStringIncludes(out, "systemctl --user enable dml-serve.service");
  assertEquals(tree.names("units"), ["dml-serve.service"]);
});

Deno.test("runService() passes on the address that a master advertises", async () => {
  using tree = new FileTree({});
  for (const advertised of ["atlas.local", "10.0.0.7:80"]) {
    await service(tree, ["install", "serve", "--advertise", advertised]);
    const unit = await Deno.readTextFile(join(tree.path, "units/dml-serve.service"));
    assertStringIncludes(unit, ` --advertise=${advertised}\n`);
  }
});

Deno.test("runService() passes on the labels of a node", async () => {
  using tree = new FileTree({});
  await service(tree, ["install", "join", "10.0.0.1", "--label", "gpu", "--label", "room=attic"]);
  const unit = await Deno.readTextFile(join(tree.path, "units/dml-join.service"));
  assertStringIncludes(unit, " --label=gpu --label=room=attic\n");
});

Deno.test("serviceCommandLine() starts a role with everything that the command line of the service says", () => {
  const lines = [
    "join 10.0.0.1:80 --name attic --label gpu --workers 2 --cache-bytes 1GiB --memory 2GiB --upgrade --upgrade-within 90",
    "serve --host 0.0.0.0 --port 80 --control-port 81 --advertise atlas --cert /etc/c --key /etc/k --plain 0.0.0.0:82 " +
    "--from 10.0.0.0/8=home --print-tokens --approve --executables /srv/dml",
  ];
  const facts = {
    home: "/srv/home",
    currentDirectory: "/",
    programPaths: [],
    executable: "/usr/local/bin/dml",
    serviceDirectory: null,
  };
  for (const line of lines) {
    const { roleCommand } = commandOf("install", ...line.split(" "));
    assert(roleCommand !== null);
    const [, ...started] = serviceCommandLine(roleCommand, { level: "user", facts, entry: SOURCES });
    assertEquals(parseCommand(started, {}).command, parseCommand(line.split(" "), {}).command);
  }
});

Deno.test("runService() has a master print its tokens into the journal only if it is told to", async () => {
  using tree = new FileTree({});
  const unitOf = async (...flags: string[]) => {
    await service(tree, ["install", "serve", ...flags]);
    return await Deno.readTextFile(join(tree.path, "units/dml-serve.service"));
  };
  assertEquals((await unitOf()).includes("--print-tokens"), false);
  assertStringIncludes(await unitOf("--print-tokens"), " --print-tokens\n");
  assertStringIncludes(await unitOf("--approve"), " --approve\n");
});

Deno.test("runService() has a node use its engine as it was built, when the environment says so", async () => {
  using tree = new FileTree({});
  const unitOf = async (role: "serve" | "join", patchesEngine?: boolean) => {
    const address = role === "join" ? ["10.0.0.1"] : [];
    await service(tree, ["install", role, ...address], { patchesEngine });
    return await Deno.readTextFile(join(tree.path, `units/dml-${role}.service`));
  };
  assertStringIncludes(await unitOf("join", false), "Environment=DML_ENGINE_PATCH=off\n");
  assertStringIncludes(await unitOf("serve", false), "Environment=DML_ENGINE_PATCH=off\n");
  for (const unit of [await unitOf("join", true), await unitOf("join"), await unitOf("serve", true)]) {
    assert(!unit.includes("DML_ENGINE_PATCH"), unit);
  }
});

Deno.test("runService() keeps the token in a file for its owner only, and takes it away with the service", async () => {
  using tree = new FileTree({});
  await service(tree, ["install", "join", "10.0.0.1", "--token", "dmln_secret", "--workers", "2"]);
  const unit = await Deno.readTextFile(join(tree.path, "units/dml-join.service"));
  assert(!unit.includes("dmln_secret"), unit);
  assertStringIncludes(unit, "ExecStart=/usr/local/bin/dml join 10.0.0.1:7400 --workers=2\n");
  const secrets = join(tree.path, "units/dml-join.env");
  assertEquals(await Deno.readTextFile(secrets), 'DML_TOKEN="dmln_secret"\n');
  assertEquals((await Deno.stat(secrets)).mode! & 0o777, 0o600);
  const out = await service(tree, ["uninstall", "join"]);
  assertEquals(tree.names("units"), []);
  assertStringIncludes(out, "systemctl --user stop dml-join.service");
  assertStringIncludes(await service(tree, ["uninstall", "join"]), "nothing was installed");
});

Deno.test("runService() from sources starts Deno with exactly the role's permissions", async () => {
  using tree = new FileTree({});
  await service(tree, ["install", "join", "10.0.0.1"], { executable: null });
  const unit = await Deno.readTextFile(join(tree.path, "units/dml-join.service"));
  assertStringIncludes(unit, " --allow-run=sh --deny-ffi --deny-import --allow-net=10.0.0.1,127.0.0.1:0 ");
  assertStringIncludes(unit, ` --allow-write=${tree.path}/home `);
  assertStringIncludes(unit, " /opt/dml/main.ts join 10.0.0.1:7400\n");
});

Deno.test("runService() writes a property list for launchd", async () => {
  using tree = new FileTree({});
  const line = ["install", "join", "10.0.0.1", "--token", "dmln_secret"];
  const out = await service(tree, line, { manager: "launchd" });
  const path = join(tree.path, "units/dml.join.plist");
  assertStringIncludes(await Deno.readTextFile(path), "<key>DML_TOKEN</key><string>dmln_secret</string>");
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  assertStringIncludes(out, "launchctl bootstrap");
});

Deno.test("runService() reports what is installed, what starts at boot and what runs", async () => {
  using tree = new FileTree({});
  const report = async () =>
    (await service(tree, ["status", "--json"])).trimEnd().split("\n").map((l) => JSON.parse(l));
  const before = await report();
  assertEquals(before.map(({ role, installed, running }) => [role, installed, running]), [
    ["serve", false, []],
    ["join", false, []],
  ]);
  await service(tree, ["install", "serve"]);
  const wants = join(tree.path, "units/default.target.wants");
  await Deno.mkdir(wants);
  await Deno.symlink(join(tree.path, "units/dml-serve.service"), join(wants, "dml-serve.service"));
  const holder = { pid: 4711, verb: "serve", startedMs: 0 };
  using _lock = await lockDirectory(join(tree.path, "home/master"), { holder });
  const [serve] = await report();
  assertEquals([serve.installed, serve.startsAtBoot, serve.running], [true, true, [holder]]);
  assertStringIncludes(
    await service(tree, ["status", "serve"]),
    "starts at boot, running as process 4711 since 1970-01-01T00:00:00.000Z",
  );
  await service(tree, ["uninstall", "serve"]);
  assertEquals(tree.names("units/default.target.wants"), []);
});

Deno.test("runService() refuses a system service that could not read the program", async () => {
  using tree = new FileTree({});
  for (const [executable, words] of [["/home/a/dml", "cannot see /home/a/dml"], [null, "needs the dml executable"]]) {
    const run = () => service(tree, ["install", "serve", "--system"], { executable });
    const error = await assertRejects(run, DmlError, words!);
    assertEquals((error as DmlError).code, "usage");
  }
});

Deno.test("serviceCommandLine() refuses a packed program that does not know its own file", () => {
  const { roleCommand } = commandOf("install", "serve");
  const facts = { home: "/d", currentDirectory: "/", programPaths: ["/p"], executable: null, serviceDirectory: null };
  const line = () => serviceCommandLine(roleCommand!, { level: "user", facts, entry: "file:///p/main.js" });
  const error = assertThrows(line, DmlError) as DmlError;
  assertStringIncludes(error.advice, "DML_EXECUTABLE");
});

Deno.test("runService() throws output_unwritable with advice if it may not write", async () => {
  using tree = new FileTree({ "units": "a file in the way" });
  const error = await assertRejects(() => service(tree, ["install", "serve"]), DmlError);
  assertEquals((error as DmlError).code, "output_unwritable");
});

Deno.test("parseCommand() reads a service's role and its flags, and names invalid ones", () => {
  assertEquals(commandOf("status").roles, ["serve", "join"]);
  const { roleCommand, level } = commandOf("install", "join", "attic", "--system", "--name", "a");
  assertEquals([roleCommand?.verb, level], ["join", "system"]);
  for (
    const [line, words] of [
      [["instal", "serve"], "Did you mean install?"],
      [["install"], "needs one of serve, join"],
      [["install", "join"], "needs the address of the master"],
      [["install", "serve", "more"], 'takes no "more"'],
      [["install", "serve", "--system", "--home", "/data"], "keeps its data in /var/lib/dml"],
    ] as const
  ) {
    const error = assertThrows(() => commandOf(...line), DmlError) as DmlError;
    assertEquals(error.code, "usage");
    assertStringIncludes(`${error.message} ${error.advice}`, words);
  }
});
