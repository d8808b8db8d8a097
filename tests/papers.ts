import { DmlError } from "../protocol/kernel/errors.ts";
import { verbNamed } from "../user/cli/arguments.ts";
import { isFlagName } from "../user/cli/flags.ts";
import { parseCommand } from "../user/cli/parse_command.ts";
import { COMMON_FLAGS, flagsOf, verbOf } from "../user/cli/verbs.ts";

const ROOT = new URL("../", import.meta.url);
const TOP_LEVEL = /^(?:\.ci|docs|master|models|node|protocol|tests|tools|user)\//;
/** Directories whose pages are not papers of the project. */
const LEFT_OUT = ["demo-output", "dist", "node_modules"];

/** A Markdown page of the project. */
export interface Paper {
  /** Path from the root of the project. */
  readonly path: string;
  readonly text: string;
}

/** Returns every Markdown page of the project. */
export function papers(): Paper[] {
  return [...filesBelow(ROOT)].filter((path) => path.endsWith(".md")).map((path) => ({
    path,
    text: Deno.readTextFileSync(new URL(path, ROOT)),
  }));
}

function* filesBelow(directory: URL, prefix = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    if (name.startsWith(".") || LEFT_OUT.includes(name)) continue;
    if (isDirectory) yield* filesBelow(new URL(`${name}/`, directory), `${prefix}${name}/`);
    else yield prefix + name;
  }
}

/**
 * Yields the text of every source file of the product, and of the script at the start of the
 * executable.
 */
export function* sourceTexts(): Generator<string> {
  for (const folder of ["master", "models", "node", "protocol", "tools/build/portable", "user"]) {
    for (const path of filesBelow(new URL(`${folder}/`, ROOT), `${folder}/`)) {
      if (/\.(?:ts|sh)$/.test(path)) yield Deno.readTextFileSync(new URL(path, ROOT));
    }
  }
}

/** Returns true if `path`, from the root of the project, is there. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(new URL(path, ROOT));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Splits a page into the lines of its code blocks, fenced or indented, and its prose. */
export function partsOf({ text }: Paper): { blocks: string[]; prose: string } {
  const blocks: string[] = [];
  const prose: string[] = [];
  let isFenced = false;
  let isList = false;
  let isAfterBlank = true;
  for (const line of text.split("\n")) {
    if (/^\s*```/.test(line)) {
      isFenced = !isFenced;
      continue;
    }
    if (/^\s*(?:[-*]|\d+\.) /.test(line)) isList = true;
    else if (/^\S/.test(line)) isList = false;
    const indent = isList ? /^ {6,}\S/ : /^ {4,}\S/;
    const isCode = isFenced || (indent.test(line) && (isAfterBlank || prose.at(-1) === ""));
    (isCode ? blocks : prose).push(line);
    if (isCode) prose.push("");
    isAfterBlank = line.trim() === "";
  }
  return { blocks: blocks.join("\n").replaceAll("\\\n", " ").split("\n"), prose: prose.join("\n") };
}

/** Returns the texts between backticks of `prose`, each on one line. */
export function codeSpansIn(prose: string): string[] {
  return [...prose.matchAll(/(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g)].map(([, , span]) => span.trim().replace(/\s+/g, " "));
}

/**
 * Returns the paths from the root of the project that `paper` names in backticks or in its
 * diagrams. In the README of a folder a path may also start at that folder. A path ends before a
 * placeholder in capitals, such as NAME.
 */
export function pathsIn(paper: Paper): string[] {
  const { blocks, prose } = partsOf(paper);
  const folder = paper.path.replace(/[^/]*$/, "");
  const isOfFolder = paper.path.endsWith("/README.md") && TOP_LEVEL.test(folder) && !folder.startsWith("docs/");
  const spans = codeSpansIn(prose).filter((span) => /^[\w.{},/-]+$/.test(span)).flatMap(withoutBraces);
  const drawn = blocks.flatMap((line) => line.match(/[\w.{},/-]+/g) ?? []).flatMap(withoutBraces);
  const fromRoot = [...spans, ...drawn].filter((path) => TOP_LEVEL.test(path));
  const inFolder = isOfFolder
    ? spans.filter((path) => !TOP_LEVEL.test(path) && /^[a-z][\w.]*(?:\/|\.(?:ts|sh|cmd|md)$)/.test(path))
    : [];
  return [...fromRoot, ...inFolder.map((path) => folder + path)].map(untilPlaceholder);
}

/** Returns `a/b` and `a/c` for `a/{b,c}`. */
function withoutBraces(text: string): string[] {
  const [, before, choices, after] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(text) ?? [];
  return choices === undefined
    ? [text]
    : choices.split(",").flatMap((choice) => withoutBraces(before + choice + after));
}

function untilPlaceholder(path: string): string {
  return path.replace(/[^/]*(?<![a-z.])[A-Z]{2,}(?![a-z]|\.md).*$/, "");
}

/** Returns the targets of the relative links of `paper`, as paths from the root of the project. */
export function linksIn(paper: Paper): string[] {
  return [...paper.text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => new URL(target, new URL(paper.path, "file:///")).pathname.slice(1));
}

const STARTS = /^(?:deno task (?=serve |join |predict |nodes |people |models )|deno task dml |(?:\.\/)?dml )/;

/** Returns the command lines of dml in code blocks, as arguments. */
export function commandsIn(paper: Paper): string[][] {
  return partsOf(paper).blocks.map((line) => line.trim().replace(/^source <\((.*?)\).*$/, "$1"))
    .filter((line) => STARTS.test(`${line} `))
    .map(argumentsOf);
}

/** Returns the command lines of dml in backticks, as arguments; one for each choice of `a|b`. */
export function mentionsIn(paper: Paper): string[][] {
  return codeSpansIn(partsOf(paper).prose).filter((span) => STARTS.test(`${span} `) && !/^deno task \w+$/.test(span))
    .map(argumentsOf).flatMap(choicesOf);
}

/** Words that stand for others in the papers, and one of those. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  "N": "2",
  "SECONDS": "60",
  "VERB": "predict",
  "NAME": "name",
  "NAME@VERSION": "name@1",
};

/**
 * Returns the arguments after the name of the program, split as a shell does, up to a comment or
 * pipe.
 */
function argumentsOf(line: string): string[] {
  const words = `${line} `.replace(STARTS, "").match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  const end = words.findIndex((word) => /^(?:#|>|\||&&)/.test(word));
  return (end < 0 ? words : words.slice(0, end)).map((word) => word.replace(/^(['"])(.*)\1$/, "$2"))
    .map((word, index, all) => word === "…" && all[index - 1] === "--sha256" ? "0".repeat(64) : word)
    .filter((word) => word !== "…")
    .map((word) => PLACEHOLDERS[word] ?? word);
}

function choicesOf(words: string[]): string[][] {
  const index = words.findIndex((word) => /^[a-z]+(?:\|[a-z]+)+$/.test(word));
  if (index < 0) return [words];
  return words[index].split("|").flatMap((choice) => choicesOf(words.with(index, choice)));
}

/** Returns why `argv` is no command line of dml, or `null`. */
export function whyWrong(argv: readonly string[]): string | null {
  return refusalOf(() => parseCommand(argv, {}));
}

/**
 * Returns why `argv`, which may lack what follows the verb, names no verb, sub-verb or flag of dml,
 * or `null`.
 */
export function whyUnknown(argv: readonly string[]): string | null {
  const [word, second = "-"] = argv;
  if (word === undefined || word.startsWith("-")) return null;
  const next = second.startsWith("-") ? undefined : second;
  return refusalOf(() => {
    const name = verbNamed(word);
    const { subVerbs = {}, words = Object.keys(subVerbs) } = verbOf(name);
    if (words.length > 0 && next !== undefined && !words.includes(next)) {
      throw new DmlError("usage", `${name} has no ${next}`);
    }
    const subVerb = next === undefined ? undefined : subVerbs[next];
    const flags = subVerb === undefined ? flagsOf(name) : [...subVerb.flags, ...COMMON_FLAGS];
    for (const flag of argv.filter((argument) => argument.startsWith("--"))) {
      const known = [flag.slice("--".length), flag.slice("--no-".length)].filter(isFlagName);
      if (!known.some((candidate) => flags.includes(candidate))) throw new DmlError("usage", `no ${flag}`);
    }
  });
}

function refusalOf(parse: () => void): string | null {
  try {
    parse();
    return null;
  } catch (error) {
    if (error instanceof DmlError) return error.message;
    throw error;
  }
}
