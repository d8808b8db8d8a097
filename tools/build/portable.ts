import { VERSION } from "../../protocol/version.ts";
import { denoExecutable } from "./deno_package.ts";
import { ISOLATION_FLAGS, UNSTABLE_FLAGS } from "../../user/process/deno_flags.ts";
import { gzipped } from "./compress.ts";
import { type Program, programPart, withManifest } from "./program.ts";
import { EXIT_RESTART } from "../../user/cli/exit.ts";
import { EXIT_LATE } from "./portable/exit_late.ts";
import { START_ENVIRONMENT_NAMES } from "./start_flags.ts";
import { withVersion } from "./version_override.ts";
import { type ArchivedFile, tarArchive } from "./tar_archive.ts";
import { denoFileName, type Target } from "./targets.ts";
import { zipArchive } from "./zip_archive.ts";
import { concat } from "../../protocol/kernel/concat.ts";

/** The line of the script after which the archive begins. */
const MARK = "__ARCHIVE__";
const MEGABYTE = 1_000_000;

/**
 * A check in the script: Deno finds its own executable there, and without it fails with a
 * misleading message.
 */
const LINUX_CHECK = '[ -h /proc/self/exe ] || fail "dml needs /proc: mount -t proc proc /proc"';

/**
 * Code that holds a lock on the unpacked program while it runs, so that no other version removes
 * it. Errors are ignored because some file systems have no locks.
 */
const HOLD = 'try{Deno.openSync(new URL("./used",import.meta.url)).lockSync(false)}catch{}';

/**
 * Programs that the script runs with the unpacked Deno: one installs the program, one prints how
 * Deno is started, one handles newer versions.
 */
const POSIX_PARTS = [
  { path: "install.js", source: "tools/build/portable/install.ts" },
  { path: "start_line.js", source: "tools/build/portable/start_line.ts" },
  { path: "upgrade.js", source: "tools/build/portable/upgrade.ts" },
];
const WINDOWS_PARTS = [{ path: "start_child.js", source: "tools/build/portable/start_child.ts" }];

/**
 * Builds the file that is copied to a host of `target`. For POSIX it is one executable file: a
 * shell script, followed by a compressed archive of Deno and `program`. For Windows it is a zip of
 * the same, with `dml.cmd` to start it.
 */
export function portable(
  root: URL,
  program: Program,
  target: Target,
  options: PortableOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return target.os === "windows" ? windowsZip(root, program, target) : posixExecutable(root, program, target, options);
}

/** Options of a build, used by tests only. */
export interface PortableOptions {
  /** Version that the build reports. */
  readonly version?: string;
  /** Compression level, from 1 to 9. */
  readonly level?: number;
}

async function posixExecutable(
  root: URL,
  program: Program,
  target: Target,
  { version = VERSION, level }: PortableOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts = await Promise.all(POSIX_PARTS.map((part) => programPart(root, part)));
  const code = withVersion([...parts, ...program], version);
  const { files, id } = withManifest([await denoFile(target), ...code.map(held)], version);
  const unpackedBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const stub = filledIn(await template(root, "stub.sh"), {
    VERSION: version,
    TARGET: target.name,
    ID: id,
    FILES: files.map(({ path }) => path).join(" "),
    MARK,
    CHECK: target.os === "linux" ? LINUX_CHECK : "",
    CACHE: target.os === "darwin" ? "Library/Caches" : ".cache",
    MEGABYTES: String(Math.ceil(unpackedBytes / MEGABYTE)),
    ISOLATION: ISOLATION_FLAGS.join(" "),
    UNSTABLE: UNSTABLE_FLAGS.join(" "),
    ENVIRONMENT: START_ENVIRONMENT_NAMES.join(","),
    RESTART: String(EXIT_RESTART),
    LATE: String(EXIT_LATE),
  });
  return concat([new TextEncoder().encode(`${stub}exit\n${MARK}\n`), await gzipped(tarArchive(files), level)]);
}

async function windowsZip(root: URL, program: Program, target: Target): Promise<Uint8Array<ArrayBuffer>> {
  const parts = await Promise.all(WINDOWS_PARTS.map((part) => programPart(root, part)));
  const { files } = withManifest([await denoFile(target), ...parts, ...program]);
  const script = filledIn(await template(root, "dml.cmd"), {
    ISOLATION: ISOLATION_FLAGS.join(" "),
    ENVIRONMENT: START_ENVIRONMENT_NAMES.join(","),
  }).replaceAll("\n", "\r\n");
  const start = { path: "dml.cmd", bytes: new TextEncoder().encode(script), isExecutable: false };
  return await zipArchive([start, ...files], `dml-${VERSION}`);
}

async function denoFile(target: Target): Promise<ArchivedFile> {
  return { path: denoFileName(target), bytes: await denoExecutable(target), isExecutable: true };
}

function template(root: URL, name: string): Promise<string> {
  return Deno.readTextFile(new URL(`tools/build/portable/${name}`, root));
}

function held(file: ArchivedFile): ArchivedFile {
  if (file.path !== "main.js") return file;
  return { ...file, bytes: concat([new TextEncoder().encode(HOLD), file.bytes]) };
}

/** Returns `template` with each `@NAME@` replaced by its value. Throws if one has no value. */
function filledIn(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/@([A-Z]+)@/g, (_, name) => {
    if (!Object.hasOwn(values, name)) throw new Error(`the template names @${name}@, which has no value`);
    return values[name];
  });
}
