import { join } from "node:path";
import { asStorageError, writeAll } from "./durable_file.ts";
import { DmlError } from "../kernel/errors.ts";
import { type Infer, z } from "../schema.ts";

const holderSchema = z.strictObject({
  pid: z.number().int().min(0),
  /** Command that the process was started with, such as `serve`. */
  verb: z.string().max(32),
  startedMs: z.number().int().min(0).max(8.64e15),
});

/** The process that holds a directory, as it is shown to people who find it taken. */
export type Holder = Readonly<Infer<typeof holderSchema>>;

/**
 * A directory that belongs to this process until the lock is closed or the process ends in any way.
 */
export class DirectoryLock {
  readonly path: string;
  readonly #file: Deno.FsFile;

  constructor(path: string, file: Deno.FsFile) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Releases the directory. May be called again. The lock file stays, because deleting it would
   * race with the next holder.
   */
  close(): void {
    this.#file[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Takes the directory at `path`, and creates it if necessary, by a lock of the operating system on
 * its file `lock`. Throws `home_locked`, naming the holder, or `home_unusable`.
 */
export async function lockDirectory(
  path: string,
  options: { holder: Holder },
): Promise<DirectoryLock> {
  const lockPath = join(path, "lock");
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    const file = await Deno.open(lockPath, { read: true, write: true, create: true, mode: 0o600 });
    try {
      if (!await file.tryLock(true)) throw await takenBy(path, lockPath);
      await file.truncate(0);
      await writeAll(file, new TextEncoder().encode(`${JSON.stringify(options.holder)}\n`));
      return new DirectoryLock(path, file);
    } catch (error) {
      file.close();
      throw error;
    }
  } catch (error) {
    throw asStorageError(error, { what: path, fallback: "home_unusable" });
  }
}

/** Proof that some process holds a directory. */
export interface Holding {
  /** `null` if the holder has not written its name yet, or if it cannot be read. */
  readonly holder: Holder | null;
}

/**
 * Returns the holder of the directory at `path`, or `null` if it is free. The check takes the lock
 * for a moment, as a holder would, so it is meant for a single question of a person and not for a
 * loop. Throws `home_unusable` if the file cannot be opened.
 */
export async function holdingOf(path: string): Promise<Holding | null> {
  const lockPath = join(path, "lock");
  try {
    using file = await Deno.open(lockPath, { read: true });
    return await file.tryLock(false) ? null : { holder: await readHolder(lockPath) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw asStorageError(error, { what: path, fallback: "home_unusable" });
  }
}

async function takenBy(path: string, lockPath: string): Promise<DmlError> {
  const holder = await readHolder(lockPath);
  if (holder === null) return new DmlError("home_locked", `${path} is in use by another dml.`);
  const started = new Date(holder.startedMs).toISOString();
  return new DmlError(
    "home_locked",
    `${path} is in use by \`dml ${holder.verb}\`, process ${holder.pid}, since ${started}.`,
    { advice: `Stop process ${holder.pid}, or name another directory with DML_HOME.` },
  );
}

/**
 * Returns `null` if the holder has not written its name yet, or (on Windows) if the lock keeps
 * others from reading it.
 */
async function readHolder(lockPath: string): Promise<Holder | null> {
  try {
    return holderSchema.parse(JSON.parse(await Deno.readTextFile(lockPath)));
  } catch {
    return null; // The name is only for people; it is already certain that the directory is locked.
  }
}
