import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import type { ExecCommand } from "../../../../user/cli/exec/exec_command.ts";
import { parseCommand } from "../../../../user/cli/parse_command.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../../assert.ts";

function parsed(...argv: string[]): ExecCommand {
  const { command } = parseCommand(argv, {});
  assert(command.verb === "exec");
  return command;
}

function refusalOf(...argv: string[]): string {
  const error = assertThrows(() => parseCommand(argv, {}), DmlError);
  assertEquals(error.code, "usage");
  return error.message;
}

Deno.test("parseCommand() takes nodes and flags before --, and leaves what is behind it to the program", () => {
  assertEquals(parsed("exec", "attic", "cellar", "--", "df"), {
    verb: "exec",
    master: null,
    token: null,
    targets: { kind: "nodes", names: ["attic", "cellar"] },
    program: "df",
    arguments: [],
    parallel: 8,
    timeoutMs: 60_000,
    json: false,
    home: null,
  });
  const line = ["exec", "--label", "gpu", "--parallel", "2", "--timeout", "2h", "-j", "--"];
  const behind = ["df", "--help", "-h", "--master=x", "", "a b", "--", "--all", "true", "old.txt", "-old.txt"];
  const { targets, parallel, timeoutMs, json, program, arguments: args, master } = parsed(...line, ...behind);
  assertEquals({ targets, parallel, timeoutMs, json, program, args, master }, {
    targets: { kind: "labels", labels: ["gpu"] },
    parallel: 2,
    timeoutMs: 7_200_000,
    json: true,
    program: "df",
    args: behind.slice(1),
    master: null,
  });
  assertEquals(parsed("exec", "--all", "--", "df").targets, { kind: "all" });
});

Deno.test("parseCommand() says what an exec lacks, or has too much of", () => {
  assertStringIncludes(refusalOf("exec", "attic"), "needs a program behind `--`");
  assertStringIncludes(refusalOf("exec", "attic", "df"), "needs a program behind `--`");
  assertStringIncludes(refusalOf("exec", "--", "df"), "`dml exec` needs one node or more");
  assertStringIncludes(refusalOf("exec", "--all", "--label", "gpu", "--", "df"), "`dml exec` takes --all or --label");
  assertStringIncludes(refusalOf("exec", "attic", "--all", "--", "df"), "--all names the nodes already");
  assertStringIncludes(refusalOf("exec", "attic", "--", "/bin/df"), "allows programs by name");
  assertStringIncludes(refusalOf("exec", "attic", "--timeout", "0s", "--", "df"), "--timeout must be");
  assertStringIncludes(refusalOf("exec", "attic", "--parallel", "65", "--", "df"), "--parallel must be");
  const many = Array.from({ length: LIMITS.execArgumentsMax + 1 }, () => "a");
  assertStringIncludes(refusalOf("exec", "attic", "--", "df", ...many), "at most 256 arguments");
});

Deno.test("parseCommand() reads the programs that a node allows, from flags or from the variable", () => {
  const allowed = (argv: string[], environment = {}) => {
    const { command } = parseCommand(["join", "ann", ...argv], environment);
    return command.verb === "join" ? command.allowExec : null;
  };
  const [df, up] = [{ name: "df", path: "/usr/bin/df" }, { name: "up", path: "/opt/a b/up=time" }];
  assertEquals(allowed([]), []);
  assertEquals(allowed(["--allow-exec", "df=/usr/bin/df,up=/opt/a b/up=time"]), [df, up]);
  assertEquals(allowed(["--allow-exec", "df=/usr/bin/df", "--allow-exec=up=/opt/a b/up=time"]), [df, up]);
  assertEquals(allowed([], { DML_ALLOW_EXEC: "df=/usr/bin/df" }), [df]);
  assertEquals(allowed(["--allow-exec", "up=/opt/a b/up=time"], { DML_ALLOW_EXEC: "df=/usr/bin/df" }), [up]);
});

Deno.test("parseCommand() refuses programs without a name or a whole path, and a name twice", () => {
  const wrong = [
    "df",
    "/usr/bin/df",
    "=/usr/bin/df",
    "df=df",
    "df=./df",
    "df=/usr/../bin/df",
    "df=/a//b",
    "d/f=/a",
    "df=",
  ];
  for (const text of wrong) {
    assertStringIncludes(refusalOf("join", "ann", "--allow-exec", text), "--allow-exec takes NAME=/path", text);
  }
  assertEquals(refusalOf("join", "ann", "--allow-exec", "df=/a,df=/b"), "--allow-exec names df twice.");
});
