import { join } from "node:path";
import type { Clock } from "../kernel/clock.ts";
import type { Digest } from "../kernel/digest.ts";
import { LIMITS } from "../kernel/limits.ts";
import type {
  FinishRequest,
  ListAnswer,
  ListRequest,
  PlanAnswer,
  PlanRequest,
  ReadRequest,
  RemoveAnswer,
  RemoveRequest,
  WriteAnswer,
} from "../messages/files.ts";
import type { FileStore } from "../ports/file_store.ts";
import { IncomingCopies } from "./incoming_copies.ts";
import { listFiles } from "./listing.ts";
import { digestFiles, readSegments } from "./reading.ts";
import { removeFiles } from "./removal.ts";
import { RootDirectory } from "./root_directory.ts";

const NEVER = new AbortController().signal;

/** The files of a directory of this host. */
export class LocalFiles implements FileStore {
  readonly #root: RootDirectory;
  readonly #copies: IncomingCopies;

  private constructor(root: RootDirectory, { clock }: { clock: Clock }) {
    this.#root = root;
    this.#copies = new IncomingCopies(root, { clock });
  }

  /**
   * Opens the directory at the absolute `path`, out of which nothing leads, and removes what copies
   * have left in it long ago. Throws `file_unreadable` if there is none.
   */
  static async open(path: string, options: { clock: Clock }): Promise<LocalFiles> {
    const root = await RootDirectory.open(path);
    await removeOldParts(root, options.clock.wallMs());
    return new LocalFiles(root, options);
  }

  /** Returns the files that a person names by paths from the directory `path`, wherever they lead. */
  static named(path: string, options: { clock: Clock }): LocalFiles {
    return new LocalFiles(RootDirectory.following(path), options);
  }

  list(request: ListRequest): Promise<ListAnswer> {
    return listFiles(this.#root, request);
  }

  digests(paths: readonly string[]): Promise<(Digest | null)[]> {
    return digestFiles(this.#root, paths);
  }

  read(request: ReadRequest): Promise<Uint8Array<ArrayBuffer>> {
    return readSegments(this.#root, request);
  }

  plan(request: PlanRequest): Promise<PlanAnswer> {
    return this.#copies.plan(request);
  }

  write(parcel: Uint8Array<ArrayBuffer>, { signal = NEVER }: { signal?: AbortSignal } = {}): Promise<WriteAnswer> {
    return this.#copies.write(parcel, { signal });
  }

  finish(request: FinishRequest): Promise<void> {
    return this.#copies.finish(request);
  }

  remove(request: RemoveRequest): Promise<RemoveAnswer> {
    return removeFiles(this.#root, request);
  }

  /** Gives up the copies that arrive. */
  close(): void {
    this.#copies.close();
  }

  /** Removes the folder for unfinished files if nothing is in it. */
  async tidy(): Promise<void> {
    try {
      await Deno.remove(this.#root.partsPath);
    } catch {
      return; // There is none, or a later copy goes on with what is in it.
    }
  }
}

async function removeOldParts({ partsPath }: RootDirectory, nowMs: number): Promise<void> {
  try {
    if ((await Deno.lstat(partsPath)).isSymlink) return;
    for await (const { name, isFile } of Deno.readDir(partsPath)) {
      const place = join(partsPath, name);
      const { mtime } = await Deno.lstat(place);
      if (isFile && nowMs - (mtime?.getTime() ?? nowMs) > LIMITS.filePartKeptMs) await Deno.remove(place);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
