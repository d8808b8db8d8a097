/** Tests of `dml doctor` as a process, and of what it finds of real masters. */
import { join } from "node:path";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { SYSTEM_RANDOM } from "../../protocol/kernel/random.ts";
import { splitPin, withPin } from "../../protocol/security/pin.ts";
import { newTokens } from "../../protocol/security/tokens.ts";
import { DmlProcess, MAIN, PERMISSIONS, SILENT_ENVIRONMENT } from "../../tools/dml_process.ts";
import { pinnedTokens } from "../../tools/pinned_tokens.ts";
import { masterSteps } from "../../user/doctor/master.ts";
import { assertEquals, assertStringIncludes } from "../assert.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { PROTOCOL_VERSION } from "../../protocol/messages/hello.ts";

/**
 * Runs `dml doctor --json` with `home` as its data directory. Returns each line, and the exit code.
 */
async function doctor(home: string, more: readonly string[] = [], environment: Record<string, string> = {}) {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...PERMISSIONS, MAIN, "doctor", "--json", "--home", home, ...more],
    env: { ...SILENT_ENVIRONMENT, ...environment },
    stdin: "null",
  });
  const { code, stdout } = await command.output();
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) => JSON.parse(line));
  return { code, lines };
}

/** Returns each step with its sentence, up to the first failure with its code. */
async function walked(port: number, token: string | null): Promise<string[]> {
  const said: string[] = [];
  const steps = masterSteps({
    master: { hostname: "127.0.0.1", port },
    token,
    home: "",
    clock: SYSTEM_CLOCK,
    random: SYSTEM_RANDOM,
    signal: new AbortController().signal,
    openChecks: () => Promise.reject(new Error("not asked for")),
    openLocal: () => Promise.reject(new Error("not asked for")),
  });
  for (const { name, check } of steps) {
    try {
      said.push(`${name}: ${await check()}`);
    } catch (error) {
      if (!(error instanceof DmlError)) throw error;
      return [...said, `${name} ${error.code}: ${error.message} ${error.advice}`];
    }
  }
  return said;
}

Deno.test("dml doctor finds a face on this host, then reports that there is no master", async () => {
  await using directory = await temporaryDirectory();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  const { code, lines } = await doctor(join(directory.path, "home"), ["--master", address]);
  const outcomes = lines.map(({ step, ok, error }) => [step, ok ? "ok" : error.code]);
  assertEquals(outcomes, [
    ["disk", "ok"],
    ["memory", "ok"],
    ["wasm", "ok"],
    ["workers", "ok"],
    ["model", "ok"],
    ["inference", "ok"],
    ["master", "master_unreachable"],
  ]);
  assertStringIncludes(lines[2].detail, "The patch of the engine is on.");
  assertStringIncludes(lines[5].detail, "faces@1 found the drawn face");
  assertEquals(code, 3);
});

Deno.test("dml doctor finds a face also with the engine as it was built, and says that it is", async () => {
  await using directory = await temporaryDirectory();
  const { code, lines } = await doctor(join(directory.path, "home"), [], { DML_ENGINE_PATCH: "off" });
  assertStringIncludes(lines[2].detail, "The patch of the engine is off");
  assertStringIncludes(lines[5].detail, "faces@1 found the drawn face");
  assertEquals(code, 0);
});

Deno.test("dml doctor stops at a data directory that cannot be, and exits with 3", async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "file");
  await Deno.writeTextFile(file, "in the way");
  const { code, lines } = await doctor(file);
  assertEquals([code, lines.length, lines[0].error.code], [3, 1, "home_unusable"]);
});

Deno.test("masterSteps() distinguish a correct, a missing, a wrong and a foreign token", async () => {
  await using directory = await temporaryDirectory();
  const home = join(directory.path, "master");
  const line = ["serve", "--host", "0.0.0.0", "--port", "0", "--control-port", "0"];
  await using master = DmlProcess.start(line, { home });
  const port = Number((await master.logged("ready")).port);
  const tokens = await pinnedTokens(home);
  for (const [token, whom] of [[tokens.user, "a user"], [tokens.admin, "a user"], [tokens.node, "a node"]]) {
    assertEquals((await walked(port, token)).at(-1), `token: The token lets ${whom} in.`);
  }
  const [foreign, pin] = [newTokens(), splitPin(tokens.user).pin ?? ""];
  for (const token of [foreign.user, foreign.node]) {
    const said = await walked(port, withPin(token, pin));
    assertEquals(said.length, 4);
    assertStringIncludes(said[3], "token unauthorized: ");
  }
  for (const token of [null, foreign.user, splitPin(tokens.user).secret]) {
    const said = await walked(port, token);
    assertEquals(said.length, 1);
    assertStringIncludes(said[0], "master tls_required: ");
  }
});

Deno.test("masterSteps() report a closed control port and an unsupported protocol", async () => {
  const shut = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const controlPort = shut.addr.port;
  shut.close();
  let protocol = PROTOCOL_VERSION;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ product: "dml", version: "9.9.9", protocol, controlPort, tokenRequired: false }),
  );
  const said = await walked(server.addr.port, null);
  assertEquals(said.slice(0, 2).map((line) => line.split(":")[0]), ["master", "version"]);
  assertStringIncludes(
    said[2],
    `control master_unreachable: Nodes cannot reach the control port 127.0.0.1:${controlPort}`,
  );
  assertStringIncludes(said[2], `Open TCP ${controlPort}`);
  protocol = { min: 90, max: 91 };
  const other = await walked(server.addr.port, null);
  assertStringIncludes(other[1], "version protocol_version: ");
  assertStringIncludes(other[1], "runs dml 9.9.9");
});
