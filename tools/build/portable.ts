import { denoExecutable } from "./deno_package.ts";
import { UNSTABLE_FLAGS } from "./contents.ts";
import { gzipped } from "./compress.ts";
import { type Program, programPart, withManifest } from "./program.ts";
import { START_ENVIRONMENT_NAMES } from "./start_flags.ts";
import { type ArchivedFile, concatenated, tarArchive } from "./tar_archive.ts";
import { denoFileName, type Target } from "./targets.ts";
import { VERSION } from "../../protocol/version.ts";

/** The line of the script that is followed by the archive. */
const MARK = "__ARCHIVE__";
const MEGABYTE = 1_000_000;

/** Deno finds itself there, and says nothing helpful when it does not. */
const LINUX_CHECK = '[ -h /proc/self/exe ] || fail "dml needs /proc: mount -t proc proc /proc"';

/** Holds the unpacked program for as long as it runs: no other version tidies it away. Some file systems have no locks. */
const HOLD = 'try{Deno.openSync(new URL("./used",import.meta.url)).lockSync(false)}catch{}';

/** Who does the rest once Deno is unpacked: puts the program in its place; says how Deno is started. */
const POSIX_PARTS = [
  { path: "install.js", source: "tools/build/portable/install.ts" },
  { path: "start_line.js", source: "tools/build/portable/start_line.ts" },
];

/** One executable file for `target`, a POSIX host: a shell script and a compressed archive of Deno and `program`. */
export async function portableExecutable(
  root: URL,
  program: Program,
  target: Target,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts = await Promise.all(POSIX_PARTS.map((part) => programPart(root, part)));
  const deno = { path: denoFileName(target), bytes: await denoExecutable(target), isExecutable: true };
  const { files, id } = withManifest([deno, ...parts, ...program.map(held)]);
  const unpackedBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const template = await Deno.readTextFile(new URL("tools/build/portable/stub.sh", root));
  const stub = filledIn(template, {
    VERSION,
    TARGET: target.name,
    ID: id,
    FILES: files.map(({ path }) => path).join(" "),
    MARK,
    CHECK: target.os === "linux" ? LINUX_CHECK : "",
    CACHE: target.os === "darwin" ? "Library/Caches" : ".cache",
    MEGABYTES: String(Math.ceil(unpackedBytes / MEGABYTE)),
    UNSTABLE: UNSTABLE_FLAGS.join(" "),
    ENVIRONMENT: START_ENVIRONMENT_NAMES.join(","),
  });
  return concatenated([new TextEncoder().encode(`${stub}exit\n${MARK}\n`), await gzipped(tarArchive(files))]);
}

function held(file: ArchivedFile): ArchivedFile {
  if (file.path !== "main.js") return file;
  return { ...file, bytes: concatenated([new TextEncoder().encode(HOLD), file.bytes]) };
}

/** `template` with each `@NAME@` replaced; throws when one has no value. */
export function filledIn(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/@([A-Z]+)@/g, (_, name) => {
    if (!Object.hasOwn(values, name)) throw new Error(`nothing says what @${name}@ is`);
    return values[name];
  });
}
