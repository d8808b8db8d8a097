import { ROLLOUT_VERBS } from "../../../user/cli/rollout_verbs.ts";
import { flagsOfSubVerbs } from "../../../user/cli/sub_verbs.ts";
import fc from "fast-check";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { parseAddressRange } from "../../../protocol/http_api/address_range.ts";
import { parseCommand } from "../../../user/cli/parse_command.ts";
import type { NodeOrderName } from "../../../protocol/messages/command_names.ts";
import type { NodesCommand } from "../../../user/cli/nodes/nodes_command.ts";
import type { CliCommand } from "../../../user/cli/command.ts";
import { DIALECT_NAMES, NO_DIALECTS } from "../../../protocol/http_api/dialect_names.ts";
import { type FlagName, flagOf, FLAGS, isFlagName } from "../../../user/cli/flags.ts";
import { flagsOf, VERB_NAMES } from "../../../user/cli/verbs.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";

const MASTER = { hostname: "10.0.0.1", port: 7400 };
const SERVE = {
  verb: "serve",
  host: "127.0.0.1",
  port: 7400,
  controlPort: 7401,
  advertise: null,
  insecure: false,
  certificate: null,
  plain: null,
  dialects: { names: DIALECT_NAMES, models: {} },
  printTokens: null,
  approve: false,
  backups: 7,
  workers: null,
  logNames: false,
  acceptsLoss: false,
  executables: null,
  home: null,
} satisfies CliCommand;
const JOIN = {
  verb: "join",
  master: MASTER,
  token: null,
  name: null,
  labels: [],
  workers: null,
  cacheBytes: null,
  memoryBytes: null,
  allowExec: [],
  files: null,
  upgrade: false,
  upgradeWithinSeconds: 60,
  home: null,
} satisfies CliCommand;
const PREDICT: CliCommand = {
  verb: "predict",
  inputs: ["a.jpg"],
  master: null,
  token: null,
  model: "faces",
  out: null,
  json: false,
  annotate: true,
  embeddings: false,
  keepDoubtful: false,
  maxSide: null,
  anyAngle: false,
  smallFaces: false,
  gallery: "default",
  concurrency: 8,
};
const NODES: NodesCommand = { verb: "nodes", master: null, token: null, json: false, action: "list" };
const LOGS: CliCommand = {
  verb: "logs",
  master: null,
  token: null,
  follows: false,
  node: null,
  sinceMs: null,
  level: "info",
  tail: 200,
  json: false,
};

function orderOf(order: NodeOrderName, ...names: string[]): CliCommand {
  const { verb, master, token, json } = NODES;
  return { verb, master, token, json, action: "order", order, targets: { kind: "nodes", names }, dryRun: false };
}
const MODELS = { verb: "models", master: null, token: null, json: false } as const;
const TAKE_IN: CliCommand = {
  ...MODELS,
  action: "add",
  source: { kind: "path", path: "a.onnx" },
  name: null,
  labels: null,
  manifest: null,
  license: null,
  sha256: null,
  save: null,
  yes: false,
  dryRun: false,
  home: null,
};

/** Splits a line at blanks; no value in these tables contains one. */
function words(line: string): string[] {
  return line.split(" ").filter((word) => word !== "");
}

Deno.test("parseCommand() reads every verb and every flag", () => {
  const table: [string, CliCommand][] = [
    ["", { verb: "help", topic: null }],
    ["--help", { verb: "help", topic: null }],
    ["-h", { verb: "help", topic: null }],
    ["help", { verb: "help", topic: null }],
    ["help serve", { verb: "help", topic: "serve" }],
    ["help limits", { verb: "help", topic: "limits" }],
    ["help models", { verb: "help", topic: "models" }],
    ["help models add", { verb: "help", topic: "models", subVerb: "add" }],
    ["models add --help", { verb: "help", topic: "models", subVerb: "add" }],
    ["models --help", { verb: "help", topic: "models" }],
    ["predict --help", { verb: "help", topic: "predict" }],
    ["predict -h --nonsense", { verb: "help", topic: "predict" }],
    ["version", { verb: "version" }],
    ["--version", { verb: "version" }],
    ["-V", { verb: "version" }],
    ["serve", SERVE],
    ["serve --host 0.0.0.0 -p 80 --control-port 81 --home /x", {
      ...SERVE,
      dialects: NO_DIALECTS,
      host: "0.0.0.0",
      port: 80,
      controlPort: 81,
      home: "/x",
    }],
    ["serve --host [::1] --port 0 --control-port 0", { ...SERVE, host: "::1", port: 0, controlPort: 0 }],
    ["serve --advertise atlas.local", { ...SERVE, advertise: { hostname: "atlas.local", port: null } }],
    ["serve --advertise [fd00::2]:80", { ...SERVE, advertise: { hostname: "fd00::2", port: 80 } }],
    ["serve --host 0.0.0.0 --insecure", { ...SERVE, dialects: NO_DIALECTS, host: "0.0.0.0", insecure: true }],
    ["serve --host 0.0.0.0 --plain 0.0.0.0:7402 --from 10.0.0.0/8 --from ::1=home", {
      ...SERVE,
      dialects: NO_DIALECTS,
      host: "0.0.0.0",
      plain: {
        address: { hostname: "0.0.0.0", port: 7402 },
        rules: [
          { range: parseAddressRange("10.0.0.0/8", { what: "--from" }), gallery: null },
          { range: parseAddressRange("::1", { what: "--from" }), gallery: "home" },
        ],
      },
    }],
    ["serve --host 0.0.0.0 --cert c.pem --key k.pem", {
      ...SERVE,
      dialects: NO_DIALECTS,
      host: "0.0.0.0",
      certificate: { certificate: "c.pem", privateKey: "k.pem" },
    }],
    ["serve --cors https://photos.example,http://localhost:5173", {
      ...SERVE,
      corsOrigins: ["https://photos.example", "http://localhost:5173"],
    }],
    ["serve --dialects none", { ...SERVE, dialects: NO_DIALECTS }],
    ["serve --plain 10.0.0.1:7402", {
      ...SERVE,
      dialects: NO_DIALECTS,
      plain: { address: { hostname: "10.0.0.1", port: 7402 }, rules: [] },
    }],
    ["serve --host 0.0.0.0 --dialects deepstack,immich --dialect-model deepstack=yolo@2", {
      ...SERVE,
      host: "0.0.0.0",
      dialects: { names: ["deepstack", "immich"], models: { deepstack: "yolo@2" } },
    }],
    ["serve --print-tokens", { ...SERVE, printTokens: true }],
    ["serve --backups 0", { ...SERVE, backups: 0 }],
    ["serve --backups 30", { ...SERVE, backups: 30 }],
    ["status --json -m 10.0.0.1", { verb: "status", master: MASTER, token: null, json: true }],
    ["serve --log-names", { ...SERVE, logNames: true }],
    ["serve --workers 0", { ...SERVE, workers: 0 }],
    ["serve -w 3", { ...SERVE, workers: 3 }],
    ["serve --accept-loss", { ...SERVE, acceptsLoss: true }],
    ["serve --no-print-tokens", { ...SERVE, printTokens: false }],
    ["join 10.0.0.1", JOIN],
    ["join --master 10.0.0.1", JOIN],
    ["serve --approve", { ...SERVE, approve: true }],
    ["serve --executables dist", { ...SERVE, executables: "dist" }],
    ["join 10.0.0.1 --upgrade --upgrade-within 90", { ...JOIN, upgrade: true, upgradeWithinSeconds: 90 }],
    ["logs", LOGS],
    ["logs -f -m 10.0.0.1 --node attic", { ...LOGS, follows: true, master: MASTER, node: "attic" }],
    ["logs --since 10m", { ...LOGS, sinceMs: 600_000, tail: null }],
    ["logs --since 2h --tail 5 --level warn", { ...LOGS, sinceMs: 7_200_000, tail: 5, level: "warn" }],
    ["logs --tail 0 -o json", { ...LOGS, tail: 0, json: true }],
    ["logs -j --out text", { ...LOGS, json: true }],
    ["upgrade --json", { verb: "upgrade", master: null, token: null, follows: true, json: true }],
    ["upgrade status -m 10.0.0.1", { verb: "upgrade", master: MASTER, token: null, follows: false, json: false }],
    ["join [::1]:80 --token t --name attic -w 2 --home h --cache-bytes 2GiB --memory 1GiB --files shared", {
      verb: "join",
      master: { hostname: "::1", port: 80 },
      token: "t",
      name: "attic",
      labels: [],
      workers: 2,
      cacheBytes: 2 * 1024 ** 3,
      memoryBytes: 1024 ** 3,
      allowExec: [],
      files: "shared",
      upgrade: false,
      upgradeWithinSeconds: 60,
      home: "h",
    }],
    ["predict a.jpg", PREDICT],
    ["-j predict a.jpg", { ...PREDICT, json: true }],
    ["predict --json a.jpg", { ...PREDICT, json: true }],
    ["predict a.jpg b - *.png", { ...PREDICT, inputs: ["a.jpg", "b", "-", "*.png"] }],
    ["predict -- -odd.jpg", { ...PREDICT, inputs: ["-odd.jpg"] }],
    ["predict 042 -- 1e3", { ...PREDICT, inputs: ["042", "1e3"] }],
    ["predict --json true -j false --no-annotate true", {
      ...PREDICT,
      inputs: ["true", "false", "true"],
      json: true,
      annotate: false,
    }],
    ["predict -o true -- false", { ...PREDICT, out: "true", inputs: ["false"] }],
    ["predict -o./d.jpg a", { ...PREDICT, out: "./d.jpg", inputs: ["a"] }],
    ["predict a.jpg -j --no-annotate", { ...PREDICT, json: true, annotate: false }],
    ["serve --version", { verb: "version" }],
    ["-V predict a.jpg", { verb: "version" }],
    ["serve --help --version", { verb: "help", topic: "serve" }],
    [
      "predict a.jpg -m 10.0.0.1 --token t -r faces@2 -o out -j --embeddings -c 64",
      {
        ...PREDICT,
        master: MASTER,
        token: "t",
        model: "faces@2",
        out: "out",
        json: true,
        embeddings: true,
        concurrency: 64,
      },
    ],
    ["predict a.jpg --max-side 2000", { ...PREDICT, maxSide: 2_000 }],
    ["predict a.jpg --any-angle", { ...PREDICT, anyAngle: true }],
    ["predict a.jpg --small-faces", { ...PREDICT, smallFaces: true }],
    ["predict a.jpg --keep-doubtful", { ...PREDICT, keepDoubtful: true }],
    ["predict a.jpg --gallery staff", { ...PREDICT, gallery: "staff" }],
    ["predict a.jpg -g none", { ...PREDICT, gallery: null }],
    ["predict a.jpg --out=-x", { ...PREDICT, out: "-x" }],
    ["nodes", NODES],
    ["nodes --json -m 10.0.0.1 --token t", { ...NODES, json: true, master: MASTER, token: "t" }],
    ["nodes approve attic", { ...NODES, action: "judge", decision: "approve", node: "attic" }],
    ["nodes remove attic", { ...NODES, action: "judge", decision: "remove", node: "attic" }],
    ["nodes restore attic", { ...NODES, action: "judge", decision: "restore", node: "attic" }],
    ["nodes drain attic", orderOf("drain", "attic")],
    ["nodes resume attic", orderOf("resume", "attic")],
    ["nodes shutdown attic", orderOf("shutdown", "attic")],
    ["models -j", { ...MODELS, json: true, action: "list" }],
    ["models list", { ...MODELS, action: "list" }],
    ["models show faces@1 -m 10.0.0.1", { ...MODELS, master: MASTER, action: "show", model: "faces@1" }],
    ["models add a.onnx", TAKE_IN],
    [
      "models add a.onnx --name net@3 --labels l --manifest m --license MIT -y --dry-run --home h",
      { ...TAKE_IN, name: "net@3", labels: "l", manifest: "m", license: "MIT", yes: true, dryRun: true, home: "h" },
    ],
    [`models pull npm:@a/b@1.2.3/c/d.onnx --sha256 sha256:${"A".repeat(64)}`, {
      ...TAKE_IN,
      source: { kind: "npm", package: "@a/b", version: "1.2.3", path: "c/d.onnx" },
      sha256: "a".repeat(64),
    }],
    ["models pull https://example.org/a.onnx --save b/detect.onnx", {
      ...TAKE_IN,
      source: { kind: "url", url: "https://example.org/a.onnx" },
      save: "b/detect.onnx",
    }],
    ["models push dir", { ...MODELS, action: "push", what: "dir", to: null, toToken: null }],
    ["models push net@1 --to 10.0.0.1 --to-token u", {
      ...MODELS,
      action: "push",
      what: "net@1",
      to: MASTER,
      toToken: "u",
    }],
    ["models test net a.jpg", { ...MODELS, action: "test", model: "net", images: ["a.jpg"] }],
  ];
  for (const [line, expected] of table) {
    assertEquals(parseCommand(words(line), {}).command, expected, line);
  }
});

Deno.test("parseCommand() reads the environment if a flag is missing; the flag has priority", () => {
  const environment = {
    DML_MASTER: "10.0.0.1",
    DML_TOKEN: "t",
    DML_HOME: "h",
    DML_HOST: "0.0.0.0",
    DML_PORT: "1",
    DML_CONTROL_PORT: "2",
    DML_ADVERTISE: "atlas",
    DML_NODE_NAME: "attic",
    DML_WORKERS: "3",
    DML_MODEL: "empty",
    DML_OUT: "out",
  };
  const command = (line: string) => parseCommand(words(line), environment).command;
  const advertise = { hostname: "atlas", port: null };
  const common = { ...SERVE, dialects: NO_DIALECTS, workers: 3 };
  const served = { ...common, host: "0.0.0.0", controlPort: 2, advertise, home: "h" };
  assertEquals(command("serve"), { ...served, port: 1 });
  assertEquals(command("serve -p 5"), { ...served, port: 5 });
  const joined = { ...JOIN, token: "t", name: "attic", workers: 3, home: "h" };
  assertEquals(command("join"), joined);
  assertEquals(command("join [::1]:9"), { ...joined, master: { hostname: "::1", port: 9 } });
  assertEquals(command("predict a.jpg"), {
    ...PREDICT,
    master: MASTER,
    token: "t",
    model: "empty",
    out: "out",
  });
  assertEquals(parseCommand(["serve"], { DML_PORT: "", DML_HOME: undefined }).command, SERVE);
});

Deno.test("parseCommand() accepts only 1 and 0 for a switch from the environment", () => {
  const asked = (line: string, environment: Record<string, string>) => {
    const { command, presentation } = parseCommand(words(line), environment);
    return [command.verb === "join" && command.upgrade, presentation.progress];
  };
  assertEquals(asked("join h", {}), [false, true]);
  assertEquals(asked("join h", { DML_UPGRADE: "1", DML_PROGRESS: "0" }), [true, false]);
  assertEquals(asked("join h --no-upgrade --progress", { DML_UPGRADE: "1", DML_PROGRESS: "0" }), [false, true]);
  assertThrows(() => asked("join h", { DML_UPGRADE: "true" }), DmlError, 'DML_UPGRADE must be 1 or 0, not "true"');
  const { command } = parseCommand(words("predict a.jpg"), { DML_CONCURRENCY: "3", DML_OUTAGE: "90s" });
  assertEquals(command.verb === "predict" && [command.concurrency, command.outageMs], [3, 90_000]);
});

Deno.test("every standing flag of a role except colour has an environment variable", () => {
  const isWithout = (name: FlagName) => flagOf(name).environment === undefined;
  const flags = new Set([...flagsOf("serve"), ...flagsOf("join")].filter(isWithout));
  // Colour has NO_COLOR instead of a variable of its own. A loss is accepted once, by a person. What a
  // node opens stands on its line only: a file of settings is where the node may write.
  assertEquals([...flags].toSorted(), ["accept-loss", "color", "files", "help"]);
});

Deno.test("parseCommand() reads the options of the presentation", () => {
  const shown = (line: string, environment = {}) => parseCommand(words(line), environment).presentation;
  const quiet = { logLevel: "warn", logFormat: "text", color: null, progress: true } as const;
  assertEquals(shown("predict a"), quiet);
  assertEquals(shown("serve"), { ...quiet, logLevel: "info" });
  assertEquals(shown("join h"), quiet);
  assertEquals(shown("join h --no-progress --log-level debug --log-format json --no-color"), {
    logLevel: "debug",
    logFormat: "json",
    color: false,
    progress: false,
  });
  assertEquals(shown("nodes --color", { DML_LOG_LEVEL: "error", DML_LOG_FORMAT: "json" }), {
    ...quiet,
    logLevel: "error",
    logFormat: "json",
    color: true,
  });
});

Deno.test("parseCommand() refuses invalid lines, names the fault, and suggests the nearest valid word", () => {
  const table: [line: string, message: string, advice: string][] = [
    ["predct a.jpg", '"predct"', "`dml predict`"],
    ["photo.jpg", '"photo.jpg"', "`dml predict photo.jpg`"],
    ["xyzzy", '"xyzzy"', "`dml help`"],
    ["predict a --modle x", "--modle", "--model"],
    ["predict a --no-anotate", "--no-anotate", "--no-annotate"],
    ["predict a --concurency=3", "--concurency", "--concurrency"],
    ["predict a --prot 3", "--prot", "--port"],
    ["predict a -x", "-x", "`dml predict --help`"],
    ["--nonsense", "--nonsense", "--help"],
    ["serve --cache-bytes 3", "`dml join`", "`dml serve --help`"],
    ["serve here", '"here"', "`dml serve --help`"],
    ["version now", '"now"', "`dml version --help`"],
    ["join", "needs the address", "dml join HOST[:7400]"],
    ["join a b", '"b"', "`dml join --help`"],
    ["join a:b", '"a:b"', "dml help"],
    ["predict", "needs a picture", "standard input"],
    ["predict - -", "named twice", "dml help"],
    ["predict a --out", "--out needs a value", "dml help"],
    ["predict a --out --json", "--out needs a value", "dml help"],
    ["predict a --json=maybe", "--json takes no value", "dml help"],
    ["predict a --json=false", "--json takes no value", "dml help"],
    ["predict a --no-annotate=false", "--no-annotate takes no value", "dml help"],
    ["predict a -j=true", "-j takes no value", "dml help"],
    ["predict a --embeddings", "--embeddings", "--json"],
    ["predict a --no-annotate --out d", "nothing to --out", "without --no-annotate"],
    ["predict -dash.jpg", "-dash.jpg", "./-dash.jpg"],
    ["predict -odd.jpg", "-odd.jpg", "./-odd.jpg"],
    ["predict --dash.jpg", "--dash.jpg", "./--dash.jpg"],
    ["frobnicate --version", '"frobnicate"', "dml help"],
    ["predict a -c 0", "from 1 to 64", "dml help"],
    ["predict a -c 65", "from 1 to 64", "dml help"],
    ["predict a -c 1.5", '"1.5"', "dml help"],
    ["predict a -r Faces!", "NAME or NAME@VERSION", "dml help"],
    ["predict a --master ::g", '"::g"', "dml help"],
    ["predict a --log-level loud", "debug, info, warn, error", "dml help"],
    ["serve --port 65536", "from 0 to 65535", "dml help"],
    ["serve --port -1", "--port needs a value", "dml help"],
    ["serve --port 7401", "must differ", "dml help"],
    ["serve --host 0.0.0.0 --cert c.pem", "--key is missing", "dml help"],
    ["serve --host 0.0.0.0 --key k.pem", "--cert is missing", "dml help"],
    ["serve --plain 0.0.0.0", "port of its own", "7402"],
    ["serve --plain 0.0.0.0:7401", "port of its own", "7402"],
    ["serve --from 10.0.0.1", "needs --plain", "--plain HOST:PORT"],
    ["serve --plain 0.0.0.0:7402 --from attic", "ADDRESS/BITS", "dml help"],
    ["serve --plain 0.0.0.0:7402 --from 10.0.0.1=a/b", "name of a gallery", "dml help"],
    ["serve --cors *", "origin of a page", "https://"],
    ["serve --cors https://photos.example/", "origin of a page", "https://"],
    ["serve --cert c.pem --key k.pem", "speaks TLS", "--host"],
    ["serve --host 0.0.0.0 --insecure --cert c.pem --key k.pem", "speaks TLS", "--insecure"],
    ["serve --host a/b", '"a/b"', "dml help"],
    ["serve --host a..b", '"a..b"', "dml help"],
    ["serve --host [::g]", '"[::g]"', "dml help"],
    ["join h --workers none", '"none"', "dml help"],
    ["nodes drian x", '"drian"', "drain"],
    ["nodes drain", "needs one node", "`dml nodes`"],
    ["models ad x", '"ad"', "`dml models add`"],
    ["models show", "needs the name", "`dml models show --help`"],
    ["models show a b", '"b"', "`dml models show --help`"],
    ["models show a --labels x", "`dml models add`", "`dml models show --help`"],
    ["models show Faces", "in lower case", "dml help"],
    ["models pull a.onnx", "no source", "`dml models add a.onnx`"],
    ["models pull http://example.com/a.onnx", "only https", "https://"],
    ["models pull npm:a", "npm:PACKAGE", "dml help"],
    ["models pull hf:a/../b.onnx", "hf:OWNER", "dml help"],
    ["models add a --save b", "`dml models pull`", "`dml models add --help`"],
    ["models add a --sha256 12", "64 hexadecimal digits", "dml help"],
    ["help limts", '"limts"', "`dml help limits`"],
    ["help serve join", '"join"', "`dml help --help`"],
  ];
  for (const [line, message, advice] of table) {
    const error = assertThrows(() => parseCommand(words(line), {}), DmlError);
    assertEquals(error.code, "usage", line);
    assertStringIncludes(error.message, message);
    assertStringIncludes(error.advice, advice);
  }
});

Deno.test("parseCommand() names the variable with an invalid value, and checks only those of its verb", () => {
  const error = assertThrows(() => parseCommand(["serve"], { DML_PORT: "http" }), DmlError);
  assertStringIncludes(error.message, "DML_PORT");
  assertEquals(parseCommand(["nodes"], { DML_PORT: "http" }).command, NODES);
});

Deno.test("parseCommand() answers every line with a command or a usage error, never with a crash", () => {
  const token = fc.oneof(
    fc.constantFrom(...VERB_NAMES, ...Object.keys(FLAGS).map((name) => `--${name}`)),
    fc.constantFrom(
      "-j",
      "-m",
      "-",
      "--",
      "=",
      "--=",
      "-=",
      "--no-",
      "--no-json",
      "-_",
      "--_=1",
      "-j_x",
      "--__proto__=1",
    ),
    fc.constantFrom("--constructor.prototype=1", "-abc", "--out=x=y", "drain"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 6 }), (argv) => {
      try {
        assert(VERB_NAMES.includes(parseCommand(argv, {}).command.verb));
      } catch (error) {
        if (!(error instanceof DmlError) || error.code !== "usage") throw error;
        assert(error.message.length > 0 && error.advice.length > 0);
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("FLAGS use every letter and variable once, and each flag belongs to some verb", () => {
  const names = Object.keys(FLAGS).filter(isFlagName);
  const repeated = (values: (string | undefined)[]) =>
    values.filter((value, index) => value !== undefined && values.indexOf(value) !== index);
  assertEquals(repeated(names.map((name) => flagOf(name).alias)), []);
  assertEquals(repeated(names.map((name) => flagOf(name).environment)), []);
  const taken = new Set<FlagName>([...VERB_NAMES.flatMap((verb) => flagsOf(verb)), ...flagsOfSubVerbs(ROLLOUT_VERBS)]);
  assertEquals(names.filter((name) => !taken.has(name)), ["version"]);
});
