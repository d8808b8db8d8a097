import { join } from "node:path";
import type { CatalogEntry } from "../../models/catalog/catalog_entry.ts";
import { stateOf, takeOut } from "../../protocol/blob/blob_state.ts";
import { asStorageError } from "../../protocol/host/durable_file.ts";
import { backupHeader, BackupLines, type BackupPart } from "../../protocol/http_api/backup_archive.ts";
import { streamFrom } from "../../protocol/kernel/byte_stream.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { type Digest, Digester, digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { BackupKey } from "../../protocol/security/backup_key.ts";
import { encryptSecrets } from "./secret_files.ts";

/** Prefix of directories with copies of databases while a backup is made. */
const COPIES_PREFIX = "backup-";

/** A database that can be copied while it is in use. */
interface CopiedDatabase {
  copyTo(path: string): Promise<void>;
}

export interface BackupsOptions {
  /** Path of the directory of the master. */
  readonly directory: string;
  readonly ledger: CopiedDatabase;
  readonly people: CopiedDatabase;
  readonly durable: BlobStore;
  /** The models that come with dml, whose files are left out: every master can make them. */
  readonly catalog: readonly CatalogEntry[];
  readonly clock: Clock;
  readonly log: Log;
  /** Version of dml. */
  readonly version: string;
}

/** Makes backups of a master while it runs, one at a time. */
export class Backups {
  readonly #options: BackupsOptions;
  #isRunning = false;

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  /**
   * Copies the databases and returns the bytes of a backup, which must be read to their end or
   * cancelled. Throws `queue_full` while another backup is made, and `disk_full`.
   */
  async begin(key: BackupKey): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    if (this.#isRunning) throw new DmlError("queue_full", "Another backup is being made.");
    this.#isRunning = true;
    let copies: string | null = null;
    const finish = async () => {
      const finished = copies;
      copies = null;
      if (finished !== null) await Deno.remove(finished, { recursive: true });
      this.#isRunning = false;
    };
    try {
      copies = await this.#copyDatabases();
      return streamOfBackup(this.#bytes(copies, { key, finish }), finish);
    } catch (error) {
      await finish();
      throw asStorageError(error, { what: "the copy of a database", fallback: "home_unusable" });
    }
  }

  async #copyDatabases(): Promise<string> {
    const { directory, ledger, people } = this.#options;
    // Those of a process that was killed.
    for await (const { name } of Deno.readDir(directory)) {
      if (name.startsWith(COPIES_PREFIX)) await Deno.remove(join(directory, name), { recursive: true });
    }
    const copies = await Deno.makeTempDir({ dir: directory, prefix: COPIES_PREFIX });
    await ledger.copyTo(join(copies, "ledger.sqlite"));
    await people.copyTo(join(copies, "people.sqlite"));
    return copies;
  }

  async *#bytes(
    copies: string,
    { key, finish }: { key: BackupKey; finish: () => Promise<void> },
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { clock, directory, version, durable, log } = this.#options;
    try {
      const lines = new BackupLines(key);
      yield lines.header(backupHeader({ version, createdMs: clock.wallMs() }));
      const secrets = await encryptSecrets(directory, key);
      yield lines.part({ part: "secrets", size: secrets.length, digest: digestOf(secrets) });
      yield secrets;
      for (const part of ["ledger.sqlite", "people.sqlite"] as const) {
        const path = join(copies, part);
        yield lines.part({ part, ...await sizeAndDigest(path) });
        yield* streamFrom(await Deno.open(path));
      }
      let damaged = 0;
      for await (const blob of this.#blobs()) {
        if (blob.isWhole) {
          yield lines.part({ part: "blob", size: blob.size, digest: blob.digest } satisfies BackupPart);
          yield* (await durable.open(blob.digest)).stream;
          continue;
        }
        damaged++;
        await takeOut(durable, blob.digest);
        log.warn("A damaged file is left out of a backup.", { digest: blob.digest });
      }
      yield lines.end({ damaged });
    } finally {
      await finish();
    }
  }

  /** Yields the blobs that only this master has. */
  async *#blobs(): AsyncGenerator<{ digest: Digest; size: number; isWhole: boolean }> {
    const { catalog, durable } = this.#options;
    const made = new Set<string>(catalog.flatMap(({ manifest }) => manifest.files.map(({ digest }) => digest)));
    for await (const { digest, size } of durable.list()) {
      if (made.has(digest)) continue;
      const state = await stateOf(durable, digest);
      // A blob may be deleted while the others are sent.
      if (state !== "missing") yield { digest, size, isWhole: state === "whole" };
    }
  }
}

/** Returns a stream of what `bytes` yields, which calls `finish` also if it is cancelled unread. */
function streamOfBackup(
  bytes: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  finish: () => Promise<void>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await bytes.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await bytes.return(undefined);
      await finish();
    },
  }, { highWaterMark: 0 });
}

async function sizeAndDigest(path: string): Promise<{ size: number; digest: Digest }> {
  const digester = new Digester();
  let size = 0;
  for await (const chunk of streamFrom(await Deno.open(path))) {
    digester.update(chunk);
    size += chunk.length;
  }
  return { size, digest: digester.digest() };
}
