/** Tests of the script that starts the portable executable. */
import { assertEquals } from "../../assert.ts";

const STUB = await Deno.readTextFile(new URL("../../../tools/build/portable/stub.sh", import.meta.url));
const ignore = Deno.build.os === "windows";

/** The script up to where it begins to look for the program, which is replaced by its arguments. */
const START = STUB.slice(0, STUB.indexOf("export DML_EXECUTABLE=")).replaceAll(/@[A-Z]+@/g, "x") +
  `printf '%s\\0' "\${DML_TOKEN-unset}" "\${DML_TOKEN_FILE-unset}" "\${DML_TO_TOKEN-unset}" "$@"\n`;

/** Runs the script and returns the variables with tokens, and the arguments that are left. */
async function started(argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const script = await Deno.makeTempFile({ suffix: ".sh" });
  try {
    await Deno.writeTextFile(script, START);
    const command = new Deno.Command("sh", {
      args: [script, ...argv],
      env: { PATH: Deno.env.get("PATH") ?? "", ...environment },
      clearEnv: true,
      stderr: "inherit",
    });
    const [token, file, toToken, ...left] = new TextDecoder().decode((await command.output()).stdout).split("\0").slice(
      0,
      -1,
    );
    return { token, file, toToken, left };
  } finally {
    await Deno.remove(script);
  }
}

Deno.test("the script moves a token out of its arguments into the environment", { ignore }, async () => {
  const cases: [argv: string[], token: string, left: string[]][] = [
    [["join", "attic", "--token", "dmln_0", "--workers", "2"], "dmln_0", ["join", "attic", "--workers", "2"]],
    [["join", "attic", "--token=dmln_0"], "dmln_0", ["join", "attic"]],
    [["--token", "dmln_0", "nodes"], "dmln_0", ["nodes"]],
    [["nodes", "--token", "dmla_0", "--token", "dmla_1"], "dmla_1", ["nodes"]],
    [["predict", "it's a.jpg", "--token=dmlu_0", "", "*"], "dmlu_0", ["predict", "it's a.jpg", "", "*"]],
  ];
  for (const [argv, token, left] of cases) {
    const environment = { DML_TOKEN: "another", DML_TOKEN_FILE: "a file" };
    assertEquals(await started(argv, environment), { token, file: "unset", toToken: "unset", left }, argv.join(" "));
  }
});

Deno.test("the script moves the token of another master out of its arguments, too", { ignore }, async () => {
  const argv = ["models", "push", "faces", "--to-token", "dmla_1", "--to=attic", "--token", "dmla_0", "--to-token"];
  const left = ["models", "push", "faces", "--to=attic", "--to-token"];
  assertEquals(await started(argv), { token: "dmla_0", file: "unset", toToken: "dmla_1", left });
  const only = await started(["models", "push", "faces", "--to-token=dmla_1"], { DML_TOKEN_FILE: "a file" });
  assertEquals(only, { token: "unset", file: "a file", toToken: "dmla_1", left: ["models", "push", "faces"] });
});

Deno.test("the script leaves alone what is no token", { ignore }, async () => {
  const cases: string[][] = [
    [],
    ["nodes"],
    ["nodes", "--token", "-"],
    ["nodes", "--token=-"],
    ["nodes", "--token="],
    ["nodes", "--token"],
    ["nodes", "--token", "--json"],
    ["nodes", "--token-file", "token.txt"],
    ["predict", "--", "--token", "a.jpg"],
    ["token", "show", "node"],
  ];
  for (const argv of cases) {
    assertEquals(await started(argv), { token: "unset", file: "unset", toToken: "unset", left: argv }, argv.join(" "));
    assertEquals((await started(argv, { DML_TOKEN: "kept" })).token, "kept");
  }
});
