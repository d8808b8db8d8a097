/** Guards the house: who may import whom, what may not be called where, how long a file may be, what the papers claim. */
import { assertEquals, assertStringIncludes } from "./assert.ts";
import { VERSION } from "../protocol/version.ts";
import { allocatorEnvironmentOf } from "../user/process/allocator_environment.ts";
import { V8_FLAGS } from "../user/process/v8_flags.ts";

const ROOT = new URL("../", import.meta.url);
const LINES_MAX = 250;

/** Files that are longer than the rule, each at its present length: they may shrink, never grow. */
const RATCHET: Readonly<Record<string, number>> = {
  "master/control/control_port.ts": 252,
  "protocol/transport/peer.ts": 255,
};

interface Source {
  readonly path: string;
  readonly text: string;
  /** Without comments and with string contents kept. */
  readonly code: string;
  readonly imports: readonly string[];
}

function* walk(directory: URL, prefix = ""): Generator<string> {
  for (const entry of Deno.readDirSync(directory)) {
    if (entry.name.startsWith(".") || ["demo-output", "dist", "node_modules"].includes(entry.name)) {
      continue;
    }
    const path = prefix + entry.name;
    if (entry.isDirectory) yield* walk(new URL(`${entry.name}/`, directory), `${path}/`);
    else yield path;
  }
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[\s;{}(,])\/\/[^\n]*/g, "$1");
}

function importsOf(path: string, code: string): string[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*|new URL\(\s*)"([^"]+)"/g;
  return [...code.matchAll(pattern)].map(([, specifier]) => {
    if (!specifier.startsWith(".")) return specifier;
    return new URL(specifier, new URL(path, "file:///")).pathname.slice(1);
  });
}

const SOURCES: readonly Source[] = [...walk(ROOT)].filter((path) => path.endsWith(".ts")).map((path) => {
  const text = Deno.readTextFileSync(new URL(path, ROOT));
  const code = withoutComments(text);
  return { path, text, code, imports: importsOf(path, code) };
});
const PRODUCT = SOURCES.filter(({ path }) => !path.startsWith("tests/") && !path.startsWith("tools/"));

/** Layers of the design; an entry may import only from the layers it lists, and from itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  protocol: ["kernel"],
  adapters: ["protocol", "kernel"],
  models: ["protocol", "kernel"],
  "master core": ["models", "protocol", "kernel"],
  "node core": ["models", "protocol", "kernel"],
  master: ["master core", "models", "adapters", "protocol", "kernel"],
  node: ["node core", "models", "adapters", "protocol", "kernel"],
  user: ["models", "adapters", "protocol", "kernel"],
  main: ["master", "node", "user", "models", "adapters", "protocol", "kernel"],
};

/** Folders of `protocol/` that touch no file, socket or clock, and the files at its top. */
const PURE_PROTOCOL = /^protocol\/((messages|wire|ports|http_api|program)\/|[^/]+\.ts$)/;

function layerOf(path: string): string {
  if (path.startsWith("protocol/kernel/")) return "kernel";
  if (PURE_PROTOCOL.test(path)) return "protocol";
  if (path.startsWith("protocol/")) return "adapters";
  if (/^master\/core\//.test(path)) return "master core";
  if (/^node\/core\//.test(path)) return "node core";
  if (path === "main.ts") return "main";
  return path.split("/")[0];
}

Deno.test("every import points down the layers of the design", () => {
  const wrong: string[] = [];
  for (const { path, imports } of PRODUCT) {
    const layer = layerOf(path);
    for (const target of imports.filter((specifier) => specifier.endsWith(".ts"))) {
      const other = layerOf(target);
      if (other !== layer && !MAY_IMPORT[layer]?.includes(other)) {
        wrong.push(`${path} (${layer}) imports ${target} (${other})`);
      }
    }
  }
  assertEquals(wrong, []);
});

/** What may be named only in the files listed. */
const RESERVED: readonly { pattern: RegExp; only: RegExp; why: string }[] = [
  { pattern: /\bMath\.random\b/, only: /^protocol\/kernel\/random\.ts$/, why: "take a Random" },
  {
    pattern: /\bDate\.now\b|\bnew Date\(\)/,
    only: /^protocol\/kernel\/clock\.ts$/,
    why: "take a Clock",
  },
  {
    pattern: /\bsetTimeout\b|\bsetInterval\b/,
    only: /^protocol\/kernel\/clock\.ts$/,
    why: "take a Clock",
  },
  {
    pattern: /\bperformance\.now\b/,
    only: /^protocol\/kernel\/clock\.ts$/,
    why: "take a Clock",
  },
  { pattern: /"zod"/, only: /^protocol\/schema\.ts$/, why: "schema.ts names the library" },
  {
    pattern: /"onnxruntime-web"/,
    only: /^node\/engine\/onnx_session\.ts$/,
    why: "one file names the engine",
  },
  { pattern: /\bDeno\./, only: /^(?!models\/|protocol\/kernel\/|.*\/core\/)/, why: "pure code" },
  { pattern: /\bconsole\./, only: /^$/, why: "log through Log, print through user/" },
  { pattern: /\bas any\b|:\s*any\b|<any>/, only: /^$/, why: "name the type" },
  { pattern: /JSON\.parse\([^)]*\)\s+as\b/, only: /^$/, why: "go through a schema" },
  { pattern: /catch\s*(\([^)]*\))?\s*\{\s*\}/, only: /^$/, why: "nothing is swallowed without a word" },
  { pattern: /\bTODO\b|\bFIXME\b|\bXXX\b/, only: /^$/, why: "finish it" },
];

Deno.test("what is reserved to one file is named nowhere else", () => {
  const wrong: string[] = [];
  for (const { path, code } of PRODUCT) {
    for (const { pattern, only, why } of RESERVED) {
      const found = code.match(pattern);
      if (found && !only.test(path)) wrong.push(`${path}: ${found[0].trim()} (${why})`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("no file outgrows one idea", () => {
  const wrong: string[] = [];
  for (const { path, text } of SOURCES) {
    const lines = text.split("\n").length - 1;
    const bound = RATCHET[path] ?? (path.startsWith("tests/") ? 2 * LINES_MAX : LINES_MAX);
    if (lines > bound) wrong.push(`${path} has ${lines} lines, ${bound} are allowed`);
  }
  for (const path of Object.keys(RATCHET)) {
    const source = SOURCES.find((candidate) => candidate.path === path);
    const lines = source ? source.text.split("\n").length - 1 : 0;
    if (lines < RATCHET[path]) wrong.push(`${path}: ratchet down to ${lines}`);
  }
  assertEquals(wrong, []);
});

Deno.test("names are snake_case and say what is inside", () => {
  const wrong = SOURCES.map(({ path }) => path).filter((path) => {
    const name = path.split("/").at(-1)!;
    return !/^[a-z0-9_]+(\.d)?\.ts$/.test(name) ||
      /^(index|utils|types|helpers|mod|common|misc)\.ts$/.test(name);
  });
  assertEquals(wrong, []);
});

Deno.test("tests neither sleep nor take a fixed port", () => {
  const wrong = SOURCES.filter(({ path }) => path.startsWith("tests/") && path !== "tests/tidy_test.ts")
    .filter(({ code }) =>
      /\bsetTimeout\(\s*\w+\s*,|\bdelay\(\d|\bport:\s*[1-9]\d{2,}\b.*listen|listen\(\{[^}]*port:\s*[1-9]/.test(code)
    ).map(({ path }) => path);
  assertEquals(wrong, []);
});

Deno.test("tests start dml with nothing of the environment of whoever runs them", () => {
  const wrong = SOURCES.filter(({ path, code }) => path.startsWith("tests/") && /\bMAIN\b[^;]*dml_process/.test(code))
    .filter(({ code }) => !/env: (SILENT_ENVIRONMENT|\{ \.\.\.SILENT_ENVIRONMENT)/.test(code)).map(({ path }) => path);
  assertEquals(wrong, []);
});

Deno.test("the project names no machine, no registry and no way of working", () => {
  const wrong: string[] = [];
  const banned = /\/work\/|\/root\/|registry\.npmjs|farm-bench|\bhelper agent|\bsubagent/i;
  // What npm itself asks when it was told nothing else has to be named once.
  const exempt = ["tests/tidy_test.ts", "user/model_sources/npm_package.ts"];
  for (const path of walk(ROOT)) {
    if (exempt.includes(path) || !/\.(ts|json|md|lock|html|css)$/.test(path)) continue;
    const found = Deno.readTextFileSync(new URL(path, ROOT)).match(banned);
    if (found) wrong.push(`${path}: ${found[0]}`);
  }
  assertEquals(wrong, []);
});

Deno.test("the top level holds what the design says", () => {
  const allowed = new Set([
    ..."deno.json deno.lock main.ts protocol models master node user tests tools".split(" "),
    ..."README.md CHANGELOG.md LICENSE ARCHITECTURE.md SECURITY.md THIRD_PARTY.md".split(" "),
    ..."demo-output dist".split(" "),
  ]);
  const extra = [...Deno.readDirSync(ROOT)].map(({ name }) => name)
    .filter((name) => !name.startsWith(".") && !allowed.has(name));
  assertEquals(extra, []);
});

Deno.test("every path that the papers name is there", () => {
  const missing: string[] = [];
  for (const paper of ["ARCHITECTURE.md", "README.md"]) {
    const text = Deno.readTextFileSync(new URL(paper, ROOT));
    const pattern = /`((?:protocol|models|master|node|user|tests|tools|\.ci)\/[a-z0-9_./]+)`/g;
    for (const [, path] of text.matchAll(pattern)) {
      try {
        Deno.statSync(new URL(path, ROOT));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        missing.push(`${paper}: ${path}`);
      }
    }
  }
  assertEquals(missing, []);
});

Deno.test("the tasks of deno.json save memory as the executable does", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  for (const name of ["dml", "join", "predict"]) {
    assertStringIncludes(tasks[name].command, ` --v8-flags=${V8_FLAGS} `);
  }
  for (const verb of ["serve", "join", "predict"] as const) {
    for (const [name, value] of Object.entries(allocatorEnvironmentOf(verb))) {
      assertStringIncludes(tasks[verb].command, ` ${name}=${value} `);
    }
  }
});

Deno.test("VERSION is the one of deno.json, and the lock is frozen and small", () => {
  const config = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const lock = JSON.parse(Deno.readTextFileSync(new URL("deno.lock", ROOT)));
  assertEquals(config.version, VERSION);
  assertEquals(config.lock.frozen, true);
  // The packages that only lend us data (models, photos) are locked without what they would need to run.
  assertEquals(Object.keys(lock.npm).length < 60, true, "deno.lock grew: was it regenerated?");
});
