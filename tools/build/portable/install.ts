/**
 * Puts the freshly unpacked program in its place: checked by hash, on disk before it is called ready, swapped in by one rename.
 * Runs in the cache directory and touches nothing else. Arguments: the directory it was unpacked to, the one it is to be, and
 * the name of its claim.
 */
import { createHash } from "node:crypto";

/** What is left of an unpacking that was cut short is removed after this long; so is no newer version before it has begun. */
const YOUNG_MS = 10 * 60_000;
const TRIES_MAX = 100;

/** What the script makes of it: try another place, or give up. */
const EXIT_OTHER_PLACE = 1;
const EXIT_DAMAGED = 9;

/** What else of dml is in the cache; everything else there is not ours to remove. */
const VERSION_NAME = /^\d+\.\d+\.\d+\S*-[0-9a-f]{16}$/;
const LEFTOVER_NAME = /^\.(claim|new)-\d+-\d+/;

const [unpacked, wanted, claim] = Deno.args;
await main();

async function main(): Promise<void> {
  try {
    // The disk writes while the processor hashes.
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

/** What is wrong with the files in `directory`; null when all are what the manifest says, and it is the one of this build. */
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

/** Last and newest is the mark: a file that is newer was changed since. */
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

/** Whoever comes first wins; one that is there and damaged makes room. */
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
  throw new Error(`${wanted} does not make room`);
}

async function setAside(aside: string): Promise<void> {
  try {
    await Deno.rename(wanted, aside);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return; // somebody else has
    throw error;
  }
  await removeIfThere(aside);
}

/** Removes other versions that nobody runs, and what unpackings left that were cut short. */
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

/** A program that runs holds a shared lock on `used`, see the prelude of `main.js`. */
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
