/**
 * Tests that `main.ts` reduces its permissions to those of its command, and that they suffice for
 * it.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MAIN, PERMISSIONS, SILENT_ENVIRONMENT } from "../../tools/dml_process.ts";
import { samplePhoto } from "../../tools/sample_photos.ts";
import { formatAddress } from "../../protocol/http_api/address.ts";
import { parseCommand } from "../../user/cli/parse_command.ts";
import { DEFAULT_MASTER } from "../../user/client/default_master.ts";
import { permissionFlags } from "../../user/process/permission_flags.ts";
import { NO_PERMISSIONS } from "../../user/process/permission_set.ts";
import { permissionsOf } from "../../user/process/permissions.ts";
import { assertEquals, assertStringIncludes } from "../assert.ts";
import { FileTree } from "../user/file_tree.ts";

const SPY = fileURLToPath(new URL("./permission_spy.ts", import.meta.url));
const ENGINE_WASM = fileURLToPath(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
const NO_SERVICE = { executable: null, serviceDirectory: null };
const PROGRAM_PATHS = [fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, ""), ENGINE_WASM];

async function spied(
  flags: readonly string[],
  argv: readonly string[],
  { cwd, environment = {} }: { cwd: string; environment?: Record<string, string> },
) {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...flags, "--preload", SPY, MAIN, ...argv],
    env: { ...SILENT_ENVIRONMENT, NO_COLOR: "1", ...environment },
    cwd,
    stdin: "null",
  });
  const { code, stderr, stdout } = await command.output();
  const error = new TextDecoder().decode(stderr);
  const said = error.split("\n").filter((line) => line.startsWith('{"subject"')).map((line) => JSON.parse(line));
  return { code, said, error, out: new TextDecoder().decode(stdout) };
}

Deno.test("main() runs a role in a thread with exactly its permissions, and itself keeps only reading", async () => {
  using tree = new FileTree({});
  const argv = ["predict", "none.jpg", "--master", "127.0.0.1:1"];
  const place = { home: null, currentDirectory: tree.path, programPaths: PROGRAM_PATHS, ...NO_SERVICE };
  const { code, said, error } = await spied(PERMISSIONS, argv, { cwd: tree.path });
  assertEquals(code, 1, error);
  assertEquals(said, [
    { subject: "thread", facts: permissionsOf(parseCommand(argv, {}).command, place) },
    { subject: "held", facts: ["read"] },
  ]);
});

Deno.test("main() gives up all permissions for a command that needs none", async () => {
  using tree = new FileTree({});
  const { code, said, out } = await spied(["-A"], ["help"], { cwd: tree.path });
  assertEquals([code, said], [0, [{ subject: "held", facts: [] }]]);
  assertStringIncludes(out, "Usage: dml VERB");
});

Deno.test("permissionFlags() let the process recognise a photo without another thread", async () => {
  using tree = new FileTree({});
  Deno.mkdirSync(join(tree.path, "photos"));
  await Deno.writeFile(join(tree.path, "photos/a b.jpg"), await samplePhoto(1));
  const argv = ["predict", "photos/a*.jpg", "--out", "marked"];
  const place = { home: null, currentDirectory: tree.path, programPaths: PROGRAM_PATHS, ...NO_SERVICE };
  const permissions = permissionsOf(parseCommand(argv, {}).command, place);
  // Access to the default master is denied, so that the process recognises the photo itself even if
  // a master runs on this machine.
  const flags = [...permissionFlags(permissions), `--deny-net=${formatAddress(DEFAULT_MASTER)}`];
  const { code, said, error } = await spied(flags, argv, { cwd: tree.path });
  assertEquals(code, 0, error);
  assertEquals(tree.names("marked"), ["a b.annotated.jpg"]);
  const engineWorkers = said.filter(({ subject }) => subject === "thread");
  assertEquals(new Set(engineWorkers.map(({ facts }) => facts)), new Set(["none"]));
  assertEquals(said.at(-1), { subject: "held", facts: [] });
});

Deno.test({
  name: "main() writes, reports on and removes a service with the permissions that this needs",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using tree = new FileTree({});
    const environment = {
      XDG_CONFIG_HOME: join(tree.path, "config"),
      DML_HOME: join(tree.path, "data"),
    };
    const dml = async (...argv: string[]) => {
      const { code, out, error } = await spied(PERMISSIONS, ["service", ...argv], { cwd: tree.path, environment });
      assertEquals(code, 0, error);
      return out;
    };
    assertStringIncludes(await dml("install", "serve"), "Wrote ");
    const [status] = (await dml("status", "serve", "--json")).split("\n").map((line) => line && JSON.parse(line));
    assertEquals([status.installed, status.running], [true, []]);
    assertStringIncludes(await Deno.readTextFile(status.description), "ExecStart=");
    assertStringIncludes(await dml("uninstall", "serve"), "Removed ");
    assertStringIncludes(await dml("status", "serve"), "not installed");
  },
});

Deno.test({
  name: "main() explains that a data directory is in a place where it may not write",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { code, error } = await spied(PERMISSIONS, ["serve", "--home", "/proc/nope"], { cwd: "/" });
    assertEquals(code, 3);
    assertStringIncludes(
      error,
      "error: /proc/nope lies where dml may not write. Name a directory that can be written with DML_HOME.\n",
    );
  },
});

Deno.test("permissionFlags() grant a whole kind for a path with a comma, and main() reduces it", async () => {
  using tree = new FileTree({});
  const argv = ["predict", "none,at,all.jpg", "--no-annotate", "--master", "127.0.0.1:1"];
  const place = { home: null, currentDirectory: tree.path, programPaths: PROGRAM_PATHS, ...NO_SERVICE };
  const permissions = permissionsOf(parseCommand(argv, {}).command, place);
  const flags = permissionFlags(permissions);
  assertEquals(flags.filter((flag) => flag.startsWith("--allow-read")), ["--allow-read"]);
  const { code, said, error } = await spied(flags, argv, { cwd: tree.path });
  assertEquals(code, 1, error);
  assertEquals(said[0], { subject: "thread", facts: permissions });
});

Deno.test("permissionFlags() name run, ffi and import only to deny them", () => {
  const flags = permissionFlags({ ...NO_PERMISSIONS, net: ["[::1]:7400"], read: ["/a"], write: ["/a"] });
  const allowed = flags.filter((flag) => flag.startsWith("--allow-")).map((flag) => flag.replace(/=.*/, ""));
  assertEquals(allowed, ["--allow-net", "--allow-read", "--allow-write", "--allow-env"]);
  assertEquals(flags.filter((flag) => flag.startsWith("--deny-")), ["--deny-run", "--deny-ffi", "--deny-import"]);
});
