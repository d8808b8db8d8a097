import { join } from "node:path";
import { asStorageError, writeFileDurably } from "./durable_file.ts";
import { DmlError } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import { UPGRADE_DIRECTORY } from "../program/upgrade_directory_name.ts";
import { type DirectoryLock, type Holder, lockDirectory } from "./directory_lock.ts";

/**
 * Format of the data directories that this build reads and writes. Format 1 had other names in the
 * ledger and in manifests; nothing was released with it, so there is no conversion. In format 2
 * nodes had no keys: each file of that format is converted by its reader.
 */
const HOME_FORMAT = 3;
const CONVERTED_FORMAT = 2;

/** Names of all entries that a data directory of dml may have. */
const OWN_NAMES: readonly string[] = ["format", "master", "nodes", "own_node", "restoring", "upgrade"];

/** The data directory of one host, with a part for each role. */
export interface Home {
  readonly path: string;
  /** Directory of the master on this host. */
  readonly masterPath: string;
  /** Directory in which a master is restored before it is that of this host. */
  readonly restoringPath: string;
  /** Parent of the nodes' directories, see {@linkcode claimNodeDirectory}. */
  readonly nodesPath: string;
  /** Directory of newer programs that nodes on this host got from their master. */
  readonly upgradePath: string;
}

/**
 * Opens the data directory at `path`, and creates it, for its owner only, if necessary. Throws
 * `home_unusable` if it cannot be written or has another format.
 */
export async function openHome(path: string): Promise<Home> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    await checkFormat(path);
    await closeToOthers(path);
  } catch (error) {
    throw asStorageError(error, { what: path, fallback: "home_unusable" });
  }
  return {
    path,
    masterPath: join(path, "master"),
    restoringPath: join(path, "restoring"),
    nodesPath: join(path, "nodes"),
    upgradePath: join(path, UPGRADE_DIRECTORY),
  };
}

/**
 * Returns false if no data directory was opened at `path` before. True says that there is one, or
 * something that {@linkcode openHome} refuses.
 */
export async function isHome(path: string): Promise<boolean> {
  try {
    return await readIfThere(join(path, "format")) !== null;
  } catch {
    return true;
  }
}

async function checkFormat(path: string): Promise<void> {
  const formatPath = join(path, "format");
  const text = await readIfThere(formatPath);
  const format = text !== null && /^\d{1,9}\n?$/.test(text) ? Number(text) : null;
  if (text === null || format === CONVERTED_FORMAT) {
    await writeFileDurably(formatPath, new TextEncoder().encode(`${HOME_FORMAT}\n`));
    return;
  }
  if (format === HOME_FORMAT) return;
  if (format !== null && format > HOME_FORMAT) {
    throw new DmlError("home_unusable", `${path} was written by a newer dml (format ${format}).`, {
      advice: "Use that version of dml or a later one, or name another directory with DML_HOME.",
    });
  }
  if (format !== null && format > 0) {
    const sentence =
      `${path} has format ${format}; this dml reads and writes format ${HOME_FORMAT} and cannot convert it.`;
    throw new DmlError("home_unusable", sentence, {
      advice: "Move the directory away, or name another one with DML_HOME.",
    });
  }
  throw new DmlError("home_unusable", `${formatPath} does not mark a data directory of dml.`);
}

/**
 * Makes a directory that others can access private, if it contains only entries of dml, because it
 * may have been created by hand before.
 */
async function closeToOthers(path: string): Promise<void> {
  const { mode } = await Deno.stat(path);
  if (mode === null || (mode & 0o077) === 0 || Deno.build.os === "windows") return;
  for await (const { name } of Deno.readDir(path)) if (!OWN_NAMES.includes(name)) return;
  await Deno.chmod(path, 0o700);
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** A node's own part of the data directory, held until the lock is closed. */
export interface NodeDirectory {
  readonly path: string;
  /** Number of the node on this host, from 1. */
  readonly number: number;
  readonly lock: DirectoryLock;
}

/**
 * Takes the first of `nodes/1`, `nodes/2`, … that is free, so that each of several nodes on one
 * host has an identity and a cache of its own and finds them again. Throws `home_locked` if there
 * are as many as a master may have, and `home_unusable` if it cannot write.
 */
export async function claimNodeDirectory(
  home: Home,
  options: { holder: Holder },
): Promise<NodeDirectory> {
  for (let number = 1; number <= LIMITS.nodesMax; number++) {
    const path = join(home.nodesPath, String(number));
    try {
      return { path, number, lock: await lockDirectory(path, options) };
    } catch (error) {
      if (!(error instanceof DmlError && error.code === "home_locked")) throw error;
    }
  }
  throw new DmlError("home_locked", `All ${LIMITS.nodesMax} directories of nodes are in use.`);
}
