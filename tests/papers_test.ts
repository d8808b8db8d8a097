/**
 * Checks the papers: the paths, links, tasks and commands that they name exist, and they are short.
 */
import { Hono } from "hono";
import { type AppOptions, createApp } from "../master/http/app.ts";
import { DIALECT_NAMES, type DialectChoice, NO_DIALECTS } from "../protocol/http_api/dialect_names.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import { messageSchema } from "../protocol/messages/message.ts";
import { EXIT_CODES } from "../user/cli/exit.ts";
import { VERB_NAMES } from "../user/cli/verbs.ts";
import { assert, assertEquals, assertStringIncludes } from "./assert.ts";
import {
  codeSpansIn,
  commandsIn,
  exists,
  linksIn,
  mentionsIn,
  type Paper,
  papers,
  partsOf,
  pathsIn,
  sourceTexts,
  whyUnknown,
  whyWrong,
} from "./papers.ts";

/** Sentences in the papers that begin as a command does. */
const NO_COMMANDS = ["cannot be unpacked anywhere"];

const PAPERS = papers();
const README_BYTES_MAX = 8 * 1024;
const ARCHITECTURE_BYTES_MAX = 14 * 1024;
/** Folders with a README of their own. */
const FOLDERS = [
  "protocol",
  "models",
  "models/image",
  "models/kernels",
  "master",
  "master/core",
  "node",
  "node/engine",
  "node/engine/patches",
  "user",
  "tests",
  "tools",
];

function paper(path: string): Paper {
  const found = PAPERS.find((candidate) => candidate.path === path);
  assert(found !== undefined, `there is no ${path}`);
  return found;
}

Deno.test("no paper is empty", () => {
  assertEquals(PAPERS.filter(({ text }) => text.trim() === "").map(({ path }) => path), []);
});

Deno.test("every path that the papers name is there", () => {
  const missing = PAPERS.flatMap((page) => pathsIn(page).map((path) => ({ page, path })))
    .filter(({ path }) => !exists(path))
    .map(({ page, path }) => `${page.path}: ${path}`);
  assertEquals(missing, []);
});

Deno.test("every link between the papers leads somewhere", () => {
  const missing = PAPERS.flatMap((page) => linksIn(page).map((target) => ({ page, target })))
    .filter(({ target }) => !exists(target))
    .map(({ page, target }) => `${page.path}: ${target}`);
  assertEquals(missing, []);
});

Deno.test("every task that the papers name is in deno.json", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("../deno.json", import.meta.url)));
  const missing = PAPERS.flatMap(({ path, text }) =>
    [...text.matchAll(/deno(?:@[\d.]+)?\s+task\s+([a-z][\w:]*)/g)]
      .filter(([, name]) => !Object.hasOwn(tasks, name))
      .map(([, name]) => `${path}: deno task ${name}`)
  );
  assertEquals(missing, []);
});

Deno.test("every command in a code block of the papers is one that dml takes", () => {
  const wrong = PAPERS.flatMap((page) =>
    commandsIn(page).flatMap((argv) => {
      const why = whyWrong(argv);
      return why === null ? [] : [`${page.path}: dml ${argv.join(" ")}: ${why}`];
    })
  );
  assertEquals(wrong, []);
});

Deno.test("every verb, sub-verb and flag that the papers mention is one of dml", () => {
  const wrong = PAPERS.flatMap((page) =>
    mentionsIn(page).filter((argv) => !NO_COMMANDS.includes(argv.join(" "))).flatMap((argv) => {
      const why = whyUnknown(argv);
      return why === null ? [] : [`${page.path}: dml ${argv.join(" ")}: ${why}`];
    })
  );
  assertEquals(wrong, []);
});

Deno.test("the checks of commands find what is wrong", () => {
  const page = {
    path: "page.md",
    text: [
      "Say `dml predct`, `dml predict --jsn` or `dml models lst`; `dml service install|remove`.",
      "",
      "    dml predict photo.jpg --ut marked    # a slip",
      "    dml predict photo.jpg --out marked   # none",
    ].join("\n"),
  };
  assertEquals(mentionsIn(page).map((argv) => whyUnknown(argv) === null), [false, false, false, true, false]);
  assertEquals(commandsIn(page).map((argv) => whyWrong(argv) === null), [false, true]);
});

Deno.test("the README gives the two commands, every verb and every page of docs/", () => {
  const { text } = paper("README.md");
  const { blocks } = partsOf(paper("README.md"));
  for (const task of ["demo", "test"]) {
    assert(blocks.some((line) => line.trim().startsWith(`npx -y deno@2.9.6 task ${task}`)), task);
  }
  const rows = text.split("\n").filter((line) => /^\| `/.test(line)).map((line) => line.match(/`(\w+)/)?.[1]);
  assertEquals(rows.toSorted(), VERB_NAMES.toSorted());
  const linked = linksIn(paper("README.md"));
  const pages = PAPERS.map(({ path }) => path).filter((path) => /^docs\/[^/]+\.md$/.test(path));
  assertEquals(pages.filter((page) => !linked.includes(page)), []);
});

Deno.test("docs/adr/README.md lists every decision", () => {
  const listed = linksIn(paper("docs/adr/README.md"));
  const decisions = PAPERS.map(({ path }) => path).filter((path) => /^docs\/adr\/\d/.test(path));
  assertEquals(decisions.filter((path) => !listed.includes(path)), []);
});

Deno.test("the papers stay short", () => {
  const bytesOf = (path: string) => new TextEncoder().encode(paper(path).text).length;
  assert(bytesOf("README.md") <= README_BYTES_MAX, `README.md has ${bytesOf("README.md")} bytes`);
  const bytes = bytesOf("ARCHITECTURE.md");
  assert(bytes <= ARCHITECTURE_BYTES_MAX, `ARCHITECTURE.md has ${bytes} bytes`);
  for (const folder of FOLDERS) {
    const lines = paper(`${folder}/README.md`).text.split("\n").length - 1;
    assert(lines >= 10 && lines <= 40, `${folder}/README.md has ${lines} lines`);
    assertStringIncludes(paper(`${folder}/README.md`).text, "\n```\n");
  }
});

/**
 * Returns a proxy that is the value of each of its properties, because the routes are only listed,
 * never called.
 */
function unusedServices(): AppOptions {
  return new Proxy(() => {}, { get: () => unusedServices() }) as unknown as AppOptions;
}

/** Returns the app with these dialects and no services. */
function appWith(dialects: DialectChoice): Hono {
  const services = new Proxy({} as AppOptions, {
    get: (_, name) => name === "dialects" ? dialects : unusedServices(),
  });
  return createApp(services);
}

function routesOf(app: Hono): string[] {
  const routes = app.routes.filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path.replace(/:\w+/g, "X")}`);
  return [...new Set(routes)].toSorted();
}

Deno.test("docs/http_api.md describes every route, and no other", () => {
  const rows = paper("docs/http_api.md").text.split("\n").filter((line) => /^\| `[A-Z]+ \//.test(line));
  const described = rows.map((row) => {
    const [, method, path] = /`([A-Z]+) ([^`?]+)/.exec(row) ?? [];
    return `${method} ${path.replace(/[A-Z][A-Z_]*(@[A-Z]+)?/g, "X")}`;
  });
  assertEquals([...new Set(described)].toSorted(), routesOf(appWith(NO_DIALECTS)));
});

Deno.test("docs/dialects.md names every route of the dialects", () => {
  const own = routesOf(appWith(NO_DIALECTS));
  const routes = routesOf(appWith({ names: DIALECT_NAMES, models: {} })).filter((route) => !own.includes(route));
  const spans = codeSpansIn(paper("docs/dialects.md").text).map((span) => span.replace(/\b[A-Z_]{2,}\b(?!\s)/g, "X"));
  assert(routes.length > 0);
  assertEquals(routes.filter((route) => !spans.includes(route.replace(/(?<=\w)\/$/, ""))), []);
});

Deno.test("docs/control_protocol.md describes every message, and no other", () => {
  const spans = codeSpansIn(paper("docs/control_protocol.md").text);
  const types = messageSchema.options.map(({ shape }) => shape.type.value as string);
  assertEquals(types.filter((type) => !spans.includes(type)), []);
  const families = new Set(types.filter((type) => type.includes(".")).map((type) => type.split(".")[0]));
  const named = spans.filter((span) => /^[a-z]+\.[a-z]+$/.test(span) && families.has(span.split(".")[0]));
  assertEquals(named.filter((type) => !types.includes(type)), []);
});

/** Messages of other programs in docs/troubleshooting.md. */
const OF_OTHERS = ["dml: command not found", "Failed caching npm package"];

Deno.test("docs/troubleshooting.md quotes what dml really says", () => {
  const rows = paper("docs/troubleshooting.md").text.split("\n").filter((line) => line.startsWith("|"));
  const quoted = rows.flatMap((row) => codeSpansIn(row.split("|")[1])).filter((span) => / /.test(span));
  const said = quoted.filter((span) => !OF_OTHERS.includes(span) && !/^dml /.test(span) || / cannot /.test(span));
  const sources = [...sourceTexts()].join("\n");
  // Names and numbers in a message differ, so that it is looked for in parts.
  const missing = said.flatMap((span) => span.split(/…|faces@1|`dml serve`,?/)).map((part) => part.trim())
    .filter((part) => part.length > "is here".length && !sources.includes(part));
  assertEquals(missing, []);
  assert(said.length > 5, "some messages are quoted");
});

Deno.test("limits and exit codes in the papers are those of dml", () => {
  const limits = codeSpansIn(paper("docs/limits.md").text).filter((span) => /^[a-z]+[A-Z]\w*$/.test(span));
  assertEquals(limits.filter((name) => !Object.hasOwn(LIMITS, name)), []);
  assert(limits.length > 0, "docs/limits.md names limits");
  const codes = [...paper("docs/operations.md").text.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  assertEquals(codes, Object.keys(EXIT_CODES).map(Number));
});
