import { join } from "node:path";
import { DiskBlobStore } from "../../protocol/blob/disk_blob_store.ts";
import { lockDirectory } from "../../protocol/host/directory_lock.ts";
import { asStorageError, publishFile, TEMPORARY_SUFFIX, writeAll } from "../../protocol/host/durable_file.ts";
import { openHome } from "../../protocol/host/home.ts";
import { type BackupPart, readBackup } from "../../protocol/http_api/backup_archive.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { concat } from "../../protocol/kernel/concat.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { BackupKey } from "../../protocol/security/backup_key.ts";
import { decryptSecrets } from "./secret_files.ts";

/** Largest size of the part with the secrets, in bytes. */
const SECRET_BYTES_MAX = 1024 * 1024;

/** Facts about a restored master. */
export interface Restored {
  /** The time at which the backup was made, in milliseconds since the Unix epoch. */
  readonly createdMs: number;
  readonly blobs: number;
  /** Number of blobs that were damaged before the backup was made, and are not in it. */
  readonly damaged: number;
}

/**
 * Puts the master of a backup into the data directory `home`, which must not have one. Everything
 * is written beside it and verified first; then one rename makes it the master's. Throws
 * `backup_invalid`, `home_unusable`, `home_locked` or `disk_full`, and then there is no master.
 */
export async function restoreMaster(
  chunks: AsyncIterable<Uint8Array>,
  { home, key }: { home: string; key: BackupKey },
): Promise<Restored> {
  const { masterPath, restoringPath } = await openHome(home);
  await refuseMaster(masterPath);
  const holder = { pid: Deno.pid, verb: "restore", startedMs: SYSTEM_CLOCK.wallMs() };
  using _lock = await lockDirectory(restoringPath, { holder });
  try {
    await clear(restoringPath);
    const restored = await unpack(chunks, { directory: restoringPath, key });
    await removeEmpty(masterPath);
    await publishFile(restoringPath, masterPath);
    return restored;
  } catch (error) {
    await clear(restoringPath);
    throw asStorageError(error, { what: home, fallback: "home_unusable" });
  }
}

async function unpack(
  chunks: AsyncIterable<Uint8Array>,
  { directory, key }: { directory: string; key: BackupKey },
): Promise<Restored> {
  const blobs = await DiskBlobStore.open(join(directory, "blobs"));
  let createdMs = 0;
  let blobCount = 0;
  const seen = new Set<string>();
  const take = async (part: BackupPart, bytes: AsyncIterable<Uint8Array<ArrayBuffer>>) => {
    if (part.part === "blob") {
      blobCount++;
      return await receiveBlob(blobs, part, bytes);
    }
    if (seen.has(part.part)) throw invalid(`it has two parts ${part.part}`);
    seen.add(part.part);
    if (part.part !== "secrets") return await writePart(join(directory, part.part), bytes);
    if (part.size > SECRET_BYTES_MAX) throw invalid("its secrets are too large");
    const encrypted: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of bytes) encrypted.push(chunk);
    await decryptSecrets(concat(encrypted), { directory, key });
  };
  const { damaged } = await readBackup(chunks, {
    key,
    visitor: { header: (header) => void ({ createdMs } = header), part: take },
  });
  for (const name of ["secrets", "ledger.sqlite", "people.sqlite"]) {
    if (!seen.has(name)) throw invalid(`it has no part ${name}`);
  }
  return { createdMs, blobs: blobCount, damaged };
}

async function receiveBlob(
  blobs: DiskBlobStore,
  { digest, size }: BackupPart,
  bytes: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  const writer = await blobs.receive(digest, size);
  try {
    for await (const chunk of bytes) await writer.write(chunk);
    await writer.commit();
  } finally {
    await writer.close();
  }
}

async function writePart(path: string, bytes: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<void> {
  const temporary = path + TEMPORARY_SUFFIX;
  using file = await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 });
  for await (const chunk of bytes) await writeAll(file, chunk);
  await file.syncData();
  await publishFile(temporary, path);
}

/** Throws `home_unusable` if there is a master at `path`. */
async function refuseMaster(path: string): Promise<void> {
  try {
    for await (const { name } of Deno.readDir(path)) {
      if (name === "lock") continue;
      throw new DmlError(
        "home_unusable",
        `${path} holds a master already; a backup is restored only where there is none.`,
        {
          advice: `Move ${path} away, or name another directory with --home or DML_HOME.`,
        },
      );
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function removeEmpty(path: string): Promise<void> {
  await refuseMaster(path);
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Removes all but the lock from the directory at `path`. */
async function clear(path: string): Promise<void> {
  for await (const { name } of Deno.readDir(path)) {
    if (name !== "lock") await Deno.remove(join(path, name), { recursive: true });
  }
}

function invalid(why: string): DmlError {
  return new DmlError("backup_invalid", `The backup cannot be used: ${why}.`);
}
