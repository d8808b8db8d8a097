/**
 * Installs the freshly unpacked program: verifies it by hash, syncs it to disk before it is marked
 * ready, and moves it into place with one rename. Runs in the cache directory and touches nothing
 * outside of it. Arguments: the directory it was unpacked to, the final directory, and the name of
 * its claim file.
 */
import { createHash } from "node:crypto";

/**
 * Minimum age at which leftovers of an interrupted unpacking and other versions are removed: a
 * younger one may be about to start.
 */
const YOUNG_MS = 10 * 60_000;
const TRIES_MAX = 100;

/** Exit codes for the script: try another cache directory, or give up. */
const EXIT_OTHER_PLACE = 1;
const EXIT_DAMAGED = 9;

/**
 * Names of other versions and leftovers of dml in the cache. Nothing else there is ever removed.
 */
const VERSION_NAME = /^\d+\.\d+\.\d+\S*-[0-9a-f]{16}$/;
const LEFTOVER_NAME = /^\.(claim|new)-\d+-\d+/;

const [unpacked, wanted, claim] = Deno.args;
await main();

async function main(): Promise<void> {
  try {
    // Hashing and syncing overlap: the disk writes while the processor hashes.
    const [fault] = await Promise.all([faultOf(unpacked), synced(unpacked)]);
    if (fault !== null) {
      console.error(`${fault}: copy dml again`);
      Deno.exitCode = EXIT_DAMAGED;
      return;
    }
    await makeReady(unpacked);
    await putInPlace();
    await removeOthers();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exitCode = EXIT_OTHER_PLACE;
  } finally {
    await removeIfThere(unpacked);
    await removeIfThere(claim);
  }
}

/**
 * Checks the files in `directory` against its manifest, and the manifest against this build.
 * Returns the first fault, or `null` if there is none.
 */
async function faultOf(directory: string): Promise<string | null> {
  try {
    const manifest = await Deno.readFile(`${directory}/manifest`);
    if (!wanted.endsWith(sha256(manifest).slice(0, 16))) return "the list of its files is damaged";
    for (const line of new TextDecoder().decode(manifest).trimEnd().split("\n")) {
      const [expected, path] = line.split("  ");
      if (sha256(await Deno.readFile(`${directory}/${path}`)) !== expected) return `${path} is damaged`;
    }
    return null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "a file is missing";
    throw error;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function synced(directory: string): Promise<void> {
  const paths = await Array.fromAsync(filesUnder(directory));
  await Promise.all(paths.map(async (path) => {
    using file = await Deno.open(path);
    await file.syncData();
  }));
}

/**
 * Marks the program ready. The mark is written last: a file newer than the mark was changed
 * afterwards.
 */
async function makeReady(directory: string): Promise<void> {
  await Deno.mkdir(`${directory}/deno-dir`, { recursive: true });
  await Deno.writeTextFile(`${directory}/used`, "");
  await Deno.writeTextFile(`${directory}/ready`, "");
}

async function* filesUnder(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* filesUnder(`${directory}/${name}`);
    else yield `${directory}/${name}`;
  }
}

/**
 * Renames the program to its final directory. The first process wins; a damaged program that is
 * already there is replaced.
 */
async function putInPlace(): Promise<void> {
  for (let number = 1; number <= TRIES_MAX; number++) {
    try {
      return await Deno.rename(unpacked, wanted);
    } catch (error) {
      if (!await isThere(wanted)) throw error;
    }
    if (await faultOf(wanted) === null) return await Deno.writeTextFile(`${wanted}/ready`, "");
    await setAside(`${unpacked}.${number}.old`);
  }
  throw new Error(`the damaged ${wanted} cannot be moved away`);
}

async function setAside(aside: string): Promise<void> {
  try {
    await Deno.rename(wanted, aside);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return; // another process has moved it
    throw error;
  }
  await removeIfThere(aside);
}

/** Removes other versions that are not running, and the leftovers of interrupted unpackings. */
async function removeOthers(): Promise<void> {
  for await (const { name } of Deno.readDir(".")) {
    if (name === wanted || name === unpacked || name === claim) continue;
    if (!VERSION_NAME.test(name) && !LEFTOVER_NAME.test(name)) continue;
    if (await isYoung(name) || await isInUse(name)) continue;
    await removeIfThere(name);
  }
}

async function isYoung(name: string): Promise<boolean> {
  for (const path of [`${name}/ready`, name]) {
    try {
      const { mtime } = await Deno.stat(path);
      if (mtime !== null && Date.now() - mtime.getTime() < YOUNG_MS) return true;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
    }
  }
  return false;
}

/**
 * Returns true if the version is running: it then holds a shared lock on `used`, see the prelude of
 * `main.js`.
 */
async function isInUse(name: string): Promise<boolean> {
  try {
    using file = await Deno.open(`${name}/used`, { read: true, write: true });
    return !await file.tryLock(true);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
