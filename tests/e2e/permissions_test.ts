/**
 * Least privilege, by trying: each role as a process, each kind of permission, whatever way the
 * process was started.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PERMISSIONS } from "../../tools/dml_process.ts";
import { parseCommand } from "../../user/cli/parse_command.ts";
import { computesToo, keepsEngines } from "../../user/process/engine_command.ts";
import { permissionFlags } from "../../user/process/permission_flags.ts";
import { startingPermissions } from "../../user/process/permission_rows/own_node_permissions.ts";
import type { ProcessFacts } from "../../user/process/process_place.ts";
import { assertEquals } from "../assert.ts";
import { FileTree } from "../user/file_tree.ts";
import type { Outcomes, TriedKind, Tries } from "./permission_probe.ts";

/** A program that a node may be started with. */
const PROGRAM = "/usr/bin/env";
const isAllowing = (argv: readonly string[]) => argv.includes("--allow-exec");
const PROBE = fileURLToPath(new URL("./permission_probe.ts", import.meta.url));
const SOURCES = fileURLToPath(new URL("../../", import.meta.url));

/**
 * A port that is open, and one that is not the master's: who may dial must be told apart from who
 * may not.
 */
interface World {
  readonly tree: FileTree;
  readonly place: ProcessFacts;
  readonly port: number;
  readonly otherPort: number;
}

/**
 * A row of the table in ARCHITECTURE.md: what a command may do; all other targets must be refused.
 */
interface Row {
  readonly argv: (world: World) => readonly string[];
  readonly allowed: (world: World) => Partial<Record<TriedKind, readonly string[]>>;
  /** A kind of permission that is granted without limits. */
  readonly whole?: TriedKind;
  /** True for the node in the process of a master. */
  readonly isOwnNode?: boolean;
}

const ROWS: Readonly<Record<string, Row>> = {
  serve: {
    argv: ({ port, otherPort }) => ["serve", "--port", `${port}`, "--control-port", `${otherPort}`],
    allowed: (world) => ({
      net: [`127.0.0.1:${world.port}`, `127.0.0.1:${world.otherPort}`],
      read: homesOf(world),
      write: homesOf(world),
      sys: ["hostname", "networkInterfaces", "statfs"],
    }),
  },
  "serve --workers 0": {
    argv: ({ port, otherPort }) => ["serve", "--port", `${port}`, "--control-port", `${otherPort}`, "--workers", "0"],
    allowed: (world) => ({
      net: [`127.0.0.1:${world.port}`, `127.0.0.1:${world.otherPort}`],
      read: homesOf(world),
      write: homesOf(world),
      sys: ["hostname", "networkInterfaces", "statfs"],
    }),
  },
  "the node of serve": {
    argv: ({ port, otherPort }) => ["serve", "--port", `${port}`, "--control-port", `${otherPort}`],
    isOwnNode: true,
    allowed: (world) => ({
      net: [`127.0.0.1:${world.port}`, `127.0.0.1:${world.otherPort}`],
      read: ["home/own_node", "program/worker.ts"].map((path) => join(world.tree.path, path)),
      write: [join(world.tree.path, "home/own_node")],
      sys: ["hostname", "loadavg", "statfs", "systemMemoryInfo"],
    }),
  },
  join: {
    argv: ({ port }) => ["join", `127.0.0.1:${port}`],
    allowed: (world) => ({
      net: [`127.0.0.1:${world.port}`, `127.0.0.1:${world.otherPort}`],
      read: [...homesOf(world), join(world.tree.path, "program/worker.ts")],
      write: homesOf(world),
      sys: ["hostname", "loadavg", "statfs", "systemMemoryInfo"],
    }),
  },
  "join, with a program for admins": {
    argv: ({ port }) => ["join", `127.0.0.1:${port}`, "--allow-exec", `env=${PROGRAM}`],
    allowed: (world) => ({ ...ROWS.join.allowed(world), run: [PROGRAM] }),
  },
  "join --files": {
    argv: ({ port }) => ["join", `127.0.0.1:${port}`, "--files", "marked"],
    allowed: (world) => ({
      net: [`127.0.0.1:${world.port}`, `127.0.0.1:${world.otherPort}`],
      read: [...homesOf(world), join(world.tree.path, "program/worker.ts"), join(world.tree.path, "marked")],
      write: [...homesOf(world), join(world.tree.path, "marked")],
      sys: ["hostname", "loadavg", "statfs", "systemMemoryInfo"],
    }),
  },
  "cp to a node": {
    argv: ({ port }) => ["cp", "photos/a.jpg", "attic:", "--master", `127.0.0.1:${port}`],
    allowed: ({ tree, port }) => ({ net: [`127.0.0.1:${port}`], read: [join(tree.path, "photos/a.jpg")] }),
  },
  "cp from a node": {
    argv: ({ port }) => ["cp", "attic:a.jpg", "marked/", "--master", `127.0.0.1:${port}`],
    allowed: ({ tree, port }) => ({
      net: [`127.0.0.1:${port}`],
      read: [join(tree.path, "marked")],
      write: [join(tree.path, "marked")],
    }),
  },
  rm: {
    argv: ({ port }) => ["rm", "attic:a.jpg", "--master", `127.0.0.1:${port}`],
    allowed: ({ port }) => ({ net: [`127.0.0.1:${port}`] }),
  },
  "predict, no master named": {
    argv: () => ["predict", "photos/a.jpg", "--out", "marked"],
    allowed: ({ tree }) => ({
      read: ["photos/a.jpg", "marked", "program/worker.ts"].map((path) => join(tree.path, path)),
      write: [join(tree.path, "marked")],
      sys: ["loadavg", "systemMemoryInfo"],
    }),
  },
  "predict at a master": {
    argv: ({ port }) => ["predict", "photos/*.jpg", "--no-annotate", "--master", `127.0.0.1:${port}`],
    allowed: ({ tree, port }) => ({
      net: [`127.0.0.1:${port}`],
      read: ["photos/a.jpg", "photos/b.jpg"].map((path) => join(tree.path, path)),
    }),
  },
  login: {
    argv: ({ port }) => ["login", `127.0.0.1:${port}`, "--token-file", "other/secret"],
    allowed: ({ tree, port }) => ({
      net: [`127.0.0.1:${port}`],
      read: ["config/contexts.json", "other/secret"].map((path) => join(tree.path, path)),
      write: [join(tree.path, "config")],
    }),
  },
  "context list": {
    argv: () => ["context", "list"],
    allowed: ({ tree }) => ({ read: [join(tree.path, "config/contexts.json")] }),
  },
  "token list": {
    argv: ({ port }) => ["token", "list", "--master", `127.0.0.1:${port}`],
    allowed: ({ port }) => ({ net: [`127.0.0.1:${port}`] }),
  },
  backup: {
    argv: ({ port }) => ["backup", "marked/master.dmlbackup", "--master", `127.0.0.1:${port}`],
    allowed: ({ tree, port }) => ({
      net: [`127.0.0.1:${port}`],
      read: [join(tree.path, "marked")],
      write: [join(tree.path, "marked")],
    }),
  },
  restore: {
    argv: ({ tree }) => ["restore", "other/secret", "--home", join(tree.path, "home")],
    allowed: (world) => ({ read: [...homesOf(world), join(world.tree.path, "other/secret")], write: homesOf(world) }),
  },
  nodes: {
    argv: ({ port }) => ["nodes", "--master", `127.0.0.1:${port}`],
    allowed: ({ port }) => ({ net: [`127.0.0.1:${port}`] }),
  },
  "models list": {
    argv: ({ port }) => ["models", "--master", `127.0.0.1:${port}`],
    allowed: ({ port }) => ({ net: [`127.0.0.1:${port}`] }),
  },
  "models add": {
    argv: ({ tree, port }) => [
      ...["models", "add", "photos/model.onnx", "--home", join(tree.path, "home")],
      ...["--master", `127.0.0.1:${port}`],
    ],
    allowed: (world) => ({
      net: [`127.0.0.1:${world.port}`, "127.0.0.1:0"],
      read: ["photos/a.jpg", "photos/b.jpg", "program/worker.ts"].map((path) => join(world.tree.path, path))
        .concat(homesOf(world)),
      write: homesOf(world),
    }),
  },
  "models push": {
    argv: ({ port }) => ["models", "push", "other", "--master", `127.0.0.1:${port}`],
    allowed: ({ tree, port }) => ({
      net: [`127.0.0.1:${port}`],
      read: ["other/secret", "program/worker.ts"].map((path) => join(tree.path, path)),
    }),
  },
  "models pull": {
    argv: ({ tree, port }) => [
      ...["models", "pull", "https://example.com/model.onnx", "--home", join(tree.path, "home")],
      ...["--master", `127.0.0.1:${port}`],
    ],
    allowed: (world) => ({
      net: targetsOf(world).net,
      read: [...homesOf(world), join(world.tree.path, "program/worker.ts")],
      write: homesOf(world),
    }),
    whole: "net",
  },
  "models test": {
    argv: ({ port }) => ["models", "test", "faces", "photos/a.jpg", "--master", `127.0.0.1:${port}`],
    allowed: ({ tree, port }) => ({ net: [`127.0.0.1:${port}`], read: [join(tree.path, "photos/a.jpg")] }),
  },
  exec: {
    argv: ({ port }) => ["exec", "attic", "--master", `127.0.0.1:${port}`, "--", "df"],
    allowed: ({ port }) => ({ net: [`127.0.0.1:${port}`] }),
  },
  logs: {
    argv: ({ port }) => ["logs", "-f", "--master", `127.0.0.1:${port}`],
    allowed: ({ port }) => ({ net: [`127.0.0.1:${port}`] }),
  },
  "ca export": {
    argv: ({ port }) => ["ca", "export", "marked/ca.pem", "--master", `127.0.0.1:${port}`],
    allowed: ({ tree, port }) => ({ net: [`127.0.0.1:${port}`], write: [join(tree.path, "marked/ca.pem")] }),
  },
  upgrade: {
    argv: ({ port }) => ["upgrade", "--master", `127.0.0.1:${port}`],
    allowed: ({ port }) => ({ net: [`127.0.0.1:${port}`] }),
  },
  "people import": {
    argv: ({ port }) => ["people", "import", "other/secret", "--master", `127.0.0.1:${port}`],
    allowed: ({ tree, port }) => ({ net: [`127.0.0.1:${port}`], read: [join(tree.path, "other/secret")] }),
  },
  "people test": {
    argv: ({ port }) => ["people", "test", "photos", "--master", `127.0.0.1:${port}`],
    allowed: ({ tree, port }) => ({
      net: [`127.0.0.1:${port}`],
      read: ["photos/a.jpg", "photos/b.jpg"].map((path) => join(tree.path, path)),
    }),
  },
  "people enroll": {
    argv: ({ port }) => ["people", "enroll", "Ada", "photos/a.jpg", "--master", `127.0.0.1:${port}`],
    allowed: ({ tree, port }) => ({ net: [`127.0.0.1:${port}`], read: [join(tree.path, "photos/a.jpg")] }),
  },
  "people export": {
    argv: ({ port }) => ["people", "export", "marked/people.jsonl", "--master", `127.0.0.1:${port}`],
    allowed: ({ tree, port }) => ({
      net: [`127.0.0.1:${port}`],
      read: [join(tree.path, "marked")],
      write: [join(tree.path, "marked")],
    }),
  },
  doctor: {
    argv: () => ["doctor"],
    allowed: (world) => ({
      read: [...homesOf(world), join(world.tree.path, "program/worker.ts")],
      write: homesOf(world),
      sys: ["loadavg", "systemMemoryInfo"],
    }),
  },
  "service install": {
    argv: () => ["service", "install", "serve"],
    allowed: ({ tree }) => ({ read: [join(tree.path, "units")], write: [join(tree.path, "units")] }),
  },
  "service status": {
    argv: () => ["service", "status"],
    allowed: (world) => ({ read: [...homesOf(world), join(world.tree.path, "units")] }),
  },
  completions: { argv: () => ["completions", "bash"], allowed: () => ({}) },
  version: { argv: () => ["version"], allowed: () => ({}) },
  help: { argv: () => ["help"], allowed: () => ({}) },
};

/** The ways in which a process may have been started, as flags of `deno run`. */
const STARTS: Readonly<Record<string, (tries: Tries) => readonly string[]>> = {
  "with the broad permissions of a task": ({ argv }) =>
    PERMISSIONS.map((flag) => flag.startsWith("--allow-run") && isAllowing(argv) ? `${flag},${PROGRAM}` : flag),
  "with every permission": () => ["-A"],
  "with the role's own permissions": ({ argv, place }) => {
    const { command } = parseCommand(argv, {});
    const starting = startingPermissions(command, place);
    const flags = permissionFlags(starting, { keepsEngines: keepsEngines(command) });
    // Threads load the probe from there, as those of dml load the program.
    const hasThreads = isAllowing(argv) || computesToo(command);
    return flags.map((flag) => flag.startsWith("--allow-read=") && hasThreads ? `${flag},${SOURCES}` : flag);
  },
};

/** The data directory, and the part of it that is the node's of a master. */
const homesOf = ({ tree }: World) => [join(tree.path, "home"), join(tree.path, "home/own_node")];

function targetsOf(world: World): Tries["targets"] {
  const at = (path: string) => join(world.tree.path, path);
  return {
    net: [`127.0.0.1:${world.port}`, `127.0.0.1:${world.otherPort}`, `[::1]:${world.port}`],
    read: [
      ...[
        "home/own_node",
        "home",
        "photos/a.jpg",
        "photos/b.jpg",
        "marked",
        "other/secret",
        "program/worker.ts",
        "units",
      ],
      "config/contexts.json",
    ].map(at),
    write: ["home", "home/own_node", "photos", "marked", "other", "program", "units", "config"].map(at),
    env: ["PATH", "DML_TOKEN", "HOME"],
    sys: ["hostname", "loadavg", "networkInterfaces", "statfs", "systemMemoryInfo", "osRelease", "osUptime", "uid"],
    run: ["true", "sh", Deno.execPath(), PROGRAM],
    ffi: ["libc.so.6"],
  };
}

/**
 * Returns the output that the probe must have: every target of every kind as the row says, by every
 * way.
 */
function expectedOutcomes(targets: Tries["targets"], allowed: ReturnType<Row["allowed"]>, whole?: TriedKind): Outcomes {
  const outcomes: Record<string, string> = {};
  for (const [kind, names] of Object.entries(targets) as [TriedKind, readonly string[]][]) {
    for (const name of names) {
      for (const way of kind === "net" ? ["Deno", "fetch", "node"] : ["Deno", "node"]) {
        // `node:child_process` also reads the whole environment, which nobody may.
        const isAllowed = allowed[kind]?.includes(name) && !(kind === "run" && way === "node");
        const outcome = isAllowed ? "allowed" : "refused";
        outcomes[`${kind} ${name} ${way}`] = outcome;
        outcomes[`${kind} ${name} ${way} in a worker`] = outcome;
      }
    }
    outcomes[`worker that asks for all of ${kind}`] = kind === whole ? "allowed" : "refused";
  }
  return outcomes;
}

/** Starts a server that answers everything, so that a failure is one of permission. */
function answering(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response("here"));
}

async function probed(tries: Tries, flags: readonly string[]): Promise<Outcomes> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...flags, PROBE, JSON.stringify(tries)],
    stdin: "null",
  });
  const { stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  if (text === "") throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

for (const [start, flagsOf] of Object.entries(STARTS)) {
  Deno.test(`permissionsOf() started ${start}, each role is refused everything that is not in its row`, async (test) => {
    using tree = new FileTree({
      "home/format": "1",
      "home/own_node/format": "1",
      "photos/a.jpg": "a",
      "photos/b.jpg": "b",
      "marked/x": "",
      "other/secret": "s",
      "units/x": "",
      "config/contexts.json": "",
      "program/worker.ts": "",
    });
    await using master = answering();
    await using other = answering();
    const place = {
      home: join(tree.path, "home"),
      currentDirectory: tree.path,
      programPaths: [join(tree.path, "program")],
      executable: null,
      serviceDirectory: { manager: "systemd", path: join(tree.path, "units") } as const,
    };
    const world: World = { tree, place, port: master.addr.port, otherPort: other.addr.port };
    const contextsPath = join(tree.path, "config/contexts.json");
    for (const [name, { argv, allowed, whole, isOwnNode }] of Object.entries(ROWS)) {
      await test.step(name, async () => {
        const targets = targetsOf(world);
        const access = { contextsPath, parsed: [contextsPath] };
        const tries = { argv: argv(world), isOwnNode, place: { ...place, access }, targets };
        const expected = expectedOutcomes(targets, allowed(world), whole);
        const actual = await probed(tries, flagsOf(tries));
        assertEquals(Object.keys(actual).toSorted(), Object.keys(expected).toSorted());
        const wrong = Object.entries(actual).filter(([what, outcome]) => outcome !== expected[what]);
        assertEquals(Object.fromEntries(wrong), {});
      });
    }
  });
}
