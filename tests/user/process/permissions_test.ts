import { parseCommand } from "../../../user/cli/parse_command.ts";
import { permissionFlags, STARTING_ENVIRONMENT } from "../../../user/process/permission_flags.ts";
import { NO_PERMISSIONS } from "../../../user/process/permission_set.ts";
import type { Permissions } from "../../../user/process/permission_set.ts";
import { ownNodePermissions, startingPermissions } from "../../../user/process/permission_rows/own_node_permissions.ts";
import { permissionsOf } from "../../../user/process/permissions.ts";
import type { ProcessFacts } from "../../../user/process/process_place.ts";
import { VERB_NAMES, verbOf } from "../../../user/cli/verbs.ts";
import { assert, assertEquals } from "../../assert.ts";

const FACTS: ProcessFacts = {
  home: "/data/dml",
  currentDirectory: "/here",
  programPaths: ["/program"],
  executable: null,
  serviceDirectory: { manager: "systemd", path: "/units" },
};

function permissionsFor(...argv: string[]): Permissions {
  return permissionsOf(parseCommand(argv, {}).command, FACTS);
}

Deno.test("permissionsOf() grants the paths of pictures: a file, a directory, the fixed part of a pattern", () => {
  const reads = (...inputs: string[]) => permissionsFor("predict", ...inputs, "--no-annotate", "--master", "m").read;
  assertEquals(reads("a.jpg", "photos", "/other/b.jpg"), ["/here/a.jpg", "/here/photos", "/other/b.jpg"]);
  assertEquals(reads("photos/2024-*/*.jpg", "/a/{b,c}.jpg", "*.png"), ["/here/photos", "/a", "/here"]);
  assertEquals(reads("../a.jpg", "-"), ["/a.jpg"]);
  assertEquals(reads("a.jpg", "./a.jpg"), ["/here/a.jpg"]);
});

Deno.test("permissionsOf() lets predict reach the HTTP port of its master alone", () => {
  assertEquals(permissionsFor("predict", "a.jpg", "--master", "m:8000").net, ["m:8000"]);
  assertEquals(permissionsFor("predict", "a.jpg").net, ["127.0.0.1:7400"]);
});

Deno.test("permissionsOf() writes hosts as Deno reads them", () => {
  assertEquals(permissionsFor("join", "[fe80::1]:80").net, ["[fe80::1]", "127.0.0.1:0"]);
  assertEquals(permissionsFor("nodes", "--master", "::1").net, ["[::1]:7400"]);
  assertEquals(permissionsFor("serve", "--host", "::", "--port", "0").net, ["[::]:0", "[::]:7401", "127.0.0.1"]);
});

Deno.test("permissionsOf() lets a master read the executables that it offers, and a node nothing more for upgrades", () => {
  const { command } = parseCommand(["serve", "--executables", "dist"], {});
  const { read, write } = permissionsOf(command, { ...FACTS, executable: "/usr/bin/dml" });
  assertEquals([read, write], [["/data/dml", "/usr/bin/dml", "/here/dist"], ["/data/dml"]]);
  assertEquals(permissionsFor("join", "ann", "--upgrade"), permissionsFor("join", "ann"));
});

Deno.test("permissionsOf() lets a node read and write the directory that it opens, and cp what it copies", () => {
  const { read, write } = permissionsFor("join", "ann", "--files", "shared");
  assertEquals([read, write], [["/data/dml", "/program", "/here/shared"], ["/data/dml", "/here/shared"]]);
  const copying = (...words: string[]) => {
    const { read, write, net } = permissionsFor("cp", ...words, "--master", "m");
    return { read, write, net };
  };
  const net = ["m:7400"];
  assertEquals(copying("a.jpg", "/b/*.png", "attic:"), { net, read: ["/here/a.jpg", "/b"], write: [] });
  assertEquals(copying("attic:a", "out/b"), { net, read: ["/here/out"], write: ["/here/out"] });
  for (const [word, path] of [["out/", "/here/out"], [".", "/here"], ["..", "/"], ["../", "/"], ["/x/..", "/"]]) {
    assertEquals(copying("attic:a", word).write, [path], word);
  }
  assertEquals(permissionsFor("rm", "attic:a", "--master", "m"), { ...NO_PERMISSIONS, net });
});

Deno.test("permissionsOf() lets a master listen on its port without TLS", () => {
  const { net } = permissionsFor("serve", "--plain", "10.0.0.1:7402", "--from", "10.0.0.5");
  assertEquals(net, ["127.0.0.1:7400", "127.0.0.1:7401", "10.0.0.1:7402", "127.0.0.1"]);
});

Deno.test("permissionsOf() lets a master read its own certificate and key, and no file beside them", () => {
  const { read } = permissionsFor("serve", "--host", "0.0.0.0", "--cert", "tls/c.pem", "--key", "/etc/k.pem");
  assertEquals(read, ["/data/dml", "/here/tls/c.pem", "/etc/k.pem"]);
});

Deno.test("ownNodePermissions() give the node of a master its part of the data directory and loopback alone", () => {
  const own = (...flags: string[]) => {
    const { command } = parseCommand(["serve", ...flags], {});
    assert(command.verb === "serve");
    return ownNodePermissions(command, FACTS);
  };
  const { net, read, write } = own("--host", "0.0.0.0");
  assertEquals([net, read, write], [
    ["127.0.0.1", "127.0.0.1:0"],
    ["/data/dml/own_node", "/program"],
    ["/data/dml/own_node"],
  ]);
  assertEquals(own("--host", "::").net, ["[::1]", "127.0.0.1:0"]);
});

Deno.test("startingPermissions() are those of the master and its node together; without a node, the master's", () => {
  const starting = (...flags: string[]) => startingPermissions(parseCommand(["serve", ...flags], {}).command, FACTS);
  assertEquals(starting("--workers", "0"), permissionsFor("serve"));
  assertEquals(starting(), {
    ...NO_PERMISSIONS,
    net: ["127.0.0.1:7400", "127.0.0.1:7401", "127.0.0.1", "127.0.0.1:0"],
    read: ["/data/dml", "/data/dml/own_node", "/program"],
    write: ["/data/dml", "/data/dml/own_node"],
    sys: ["hostname", "networkInterfaces", "statfs", "loadavg", "systemMemoryInfo"],
  });
});

Deno.test("permissionsOf() lets models pull write where it is to keep a file, and add nowhere else", () => {
  const pulled = permissionsFor("models", "pull", "https://example.org/a.onnx", "--save", "faces/detect.onnx");
  assertEquals([pulled.read, pulled.write], [["/data/dml", "/here/faces", "/program"], ["/data/dml", "/here/faces"]]);
  const added = permissionsFor("models", "add", "a.onnx");
  assertEquals([added.read, added.write], [["/data/dml", "/here/a.onnx", "/here", "/program"], ["/data/dml"]]);
});

Deno.test("permissionsOf() grants nobody the environment, programs, native code or imports", () => {
  for (const verb of VERB_NAMES) {
    for (const [line] of verbOf(verb).examples) {
      const { env, run, ffi, import: imports } = permissionsFor(...line.replace(/^.*\| /, "").split(" ").slice(1));
      assertEquals({ env, run, ffi, imports }, { env: [], run: [], ffi: false, imports: false });
    }
  }
});

Deno.test("permissionsOf() lets a node run the programs that it was started with, and read their files", () => {
  const { command } = parseCommand(["join", "ann", "--allow-exec", "df=/usr/bin/df,disk=/usr/bin/df"], {});
  const allowedPaths = ["/usr/bin/df", "/etc/alternatives/df"];
  const permissions = permissionsOf(command, { ...FACTS, allowedPaths });
  assertEquals(permissions.run, ["/usr/bin/df"]);
  assertEquals(permissions.read, ["/data/dml", "/program", ...allowedPaths]);
  assert(permissionFlags(permissions, { keepsEngines: true }).includes("--allow-run=sh,/usr/bin/df"));
  assert(permissionFlags(permissionsFor("join", "ann")).includes("--deny-run"));
});

Deno.test("permissionFlags() grant the whole kind if its list is too long for a command line", () => {
  const read = Array.from({ length: 10_000 }, (_, index) => `/photos/${index}.jpg`);
  assert(permissionFlags({ ...NO_PERMISSIONS, read }).includes("--allow-read"));
  const few = permissionFlags({ ...NO_PERMISSIONS, read: read.slice(0, 3) });
  assert(few.includes("--allow-read=/photos/0.jpg,/photos/1.jpg,/photos/2.jpg"));
  assert(few.includes(`--allow-env=${STARTING_ENVIRONMENT.join(",")}`));
});
