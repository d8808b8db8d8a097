import { assertEquals } from "../assert.ts";
import { PRODUCT, readText, TESTS, walk } from "./sources.ts";

/** Names that only the files matching `only` may use. */
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
  { pattern: /"@peculiar\/x509"/, only: /^master\/host\/authority\.ts$/, why: "one file names the library" },
  {
    pattern: /"onnxruntime-web"/,
    only: /^node\/engine\/onnx_session\.ts$/,
    why: "one file names the engine",
  },
  { pattern: /\bDeno\./, only: /^(?!models\/|protocol\/kernel\/|.*\/core\/)/, why: "pure code" },
  { pattern: /\bconsole\./, only: /^$/, why: "log through Log, print through user/" },
  { pattern: /\bas any\b|:\s*any\b|<any>/, only: /^$/, why: "name the type" },
  {
    pattern: /\.out\([^;]*(?<!escapedJson\()\bJSON\.stringify/,
    only: /^$/,
    why: "print with jsonLine(), which lets nothing steer the terminal",
  },
  { pattern: /JSON\.parse\([^)]*\)\s+as\b/, only: /^$/, why: "go through a schema" },
  { pattern: /catch\s*(\([^)]*\))?\s*\{\s*\}/, only: /^$/, why: "nothing is swallowed without a word" },
  { pattern: /\bTODO\b|\bFIXME\b|\bXXX\b/, only: /^$/, why: "finish it" },
];

Deno.test("a name reserved to one file is used nowhere else", () => {
  const wrong: string[] = [];
  for (const { path, code } of PRODUCT) {
    for (const { pattern, only, why } of RESERVED) {
      const found = code.match(pattern);
      if (found && !only.test(path)) wrong.push(`${path}: ${found[0].trim()} (${why})`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("tests neither sleep nor take a fixed port", () => {
  const wrong = TESTS.filter(({ path }) => !path.startsWith("tests/tidy/"))
    .filter(({ code }) =>
      /\bsetTimeout\(\s*\w+\s*,|\bdelay\(\d|\bport:\s*[1-9]\d{2,}\b.*listen|listen\(\{[^}]*port:\s*[1-9]/.test(code)
    ).map(({ path }) => path);
  assertEquals(wrong, []);
});

Deno.test("tests start dml without the environment of the person who runs them", () => {
  const wrong = TESTS.filter(({ code }) => /\bMAIN\b[^;]*dml_process/.test(code))
    .filter(({ code }) => !/env: (SILENT_ENVIRONMENT|\{ \.\.\.SILENT_ENVIRONMENT)/.test(code)).map(({ path }) => path);
  assertEquals(wrong, []);
});

Deno.test("the project names no machine, no registry and no way of working", () => {
  const wrong: string[] = [];
  const banned = /\/work\/|\/root\/|registry\.npmjs|farm-bench|\bhelper agent|\bsubagent/i;
  // The default registry of npm has to be named once.
  const exempt = ["tests/tidy/reserved_names_test.ts", "user/model_sources/npm_package.ts"];
  for (const path of walk()) {
    if (exempt.includes(path) || !/\.(ts|json|md|lock|html|css)$/.test(path)) continue;
    const found = readText(path).match(banned);
    if (found) wrong.push(`${path}: ${found[0]}`);
  }
  assertEquals(wrong, []);
});
