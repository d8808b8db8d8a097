import { syncDirectory } from "../host/durable_file.ts";
import type { Clock } from "../kernel/clock.ts";
import { clipReason } from "../kernel/clip.ts";
import { DmlError } from "../kernel/errors.ts";
import { inParallel } from "./in_parallel.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { CopiedFile, FinishRequest, PlanAnswer, PlanRequest, Segment, WriteAnswer } from "../messages/files.ts";
import { IncomingFile, refuseOccupied, setMode } from "./incoming_file.ts";
import { decodeParcel } from "./parcel.ts";
import { digestFile } from "./reading.ts";
import { fileError, type RootDirectory } from "./root_directory.ts";

const FILES_AT_ONCE = 16;

/** Files of one copy by their index; those that need no bytes are absent. */
interface Copy {
  readonly files: ReadonlyMap<number, IncomingFile>;
  /** True for each file that needs no bytes. */
  readonly isSame: readonly boolean[];
  usedMs: number;
}

/** Receives copies of files into a directory. */
export class IncomingCopies {
  readonly #root: RootDirectory;
  readonly #clock: Clock;
  readonly #copies = new Map<string, Copy>();

  constructor(root: RootDirectory, { clock }: { clock: Clock }) {
    this.#root = root;
    this.#clock = clock;
  }

  /**
   * Makes the directories, and says which files are wanted. A file that is the same already gets its
   * mode and time. Planning a copy again begins it anew. Throws `queue_full` or `path_refused`.
   */
  async plan({ copyId, files, directories }: PlanRequest): Promise<PlanAnswer> {
    this.#close(copyId);
    const nowMs = this.#clock.nowMs();
    for (const [id, { usedMs }] of this.#copies) if (nowMs - usedMs > LIMITS.fileCopyIdleMs) this.#close(id);
    if (this.#copies.size >= LIMITS.fileCopiesMax) {
      throw new DmlError("queue_full", "As many copies of files arrive here as may at once.");
    }
    const incoming = new Map<number, IncomingFile>();
    const copy: Copy = { files: incoming, isSame: files.map(() => false), usedMs: nowMs };
    this.#copies.set(copyId, copy);
    for (const directory of directories) await this.#root.makeDirectory(directory);
    const isSame = copy.isSame as boolean[];
    const answers = await inParallel(files, {
      concurrency: FILES_AT_ONCE,
      work: async (file, index) => {
        try {
          if (await this.#isSame(file)) {
            isSame[index] = true;
            return { isSame: true, receivedBytes: file.size, fault: null };
          }
          this.#refuseBusy(file, copyId);
          const wanted = new IncomingFile(this.#root, file, { clock: this.#clock });
          incoming.set(index, wanted);
          return { isSame: false, receivedBytes: await wanted.receivedBytes(), fault: null };
        } catch (error) {
          return { isSame: false, receivedBytes: 0, fault: faultOf(error, file.path) };
        }
      },
    });
    return { files: answers };
  }

  /** Writes the segments of a parcel. Throws `request_invalid` if it belongs to no copy here. */
  async write(encoded: Uint8Array<ArrayBuffer>, { signal }: { signal: AbortSignal }): Promise<WriteAnswer> {
    const { head: { copyId, segments }, bytes } = await decodeParcel(encoded);
    const copy = this.#copies.get(copyId);
    if (copy === undefined) throw new DmlError("connection_lost", "The copy that the bytes are for is not known here.");
    copy.usedMs = this.#clock.nowMs();
    let start = 0;
    const pieces = segments.map((segment) => ({ segment, bytes: bytes.subarray(start, start += segment.bytes) }));
    const faults: WriteAnswer["faults"] = [];
    const changed = new Set<string>();
    await inParallel(pieces, {
      concurrency: FILES_AT_ONCE,
      work: async (piece) => {
        try {
          const directory = await writePiece(copy, piece, signal);
          if (directory !== null) changed.add(directory);
        } catch (error) {
          if (signal.aborted) return;
          faults.push({
            file: piece.segment.file,
            ...faultOf(error, copy.files.get(piece.segment.file)?.copied.path ?? ""),
          });
        }
      },
    });
    for (const directory of changed) await syncDirectory(directory);
    if (signal.aborted) this.#close(copyId);
    return { faults };
  }

  /** Ends a copy and gives directories their mode and time. Throws `path_refused` or `file_unreadable`. */
  async finish({ copyId, directories }: FinishRequest): Promise<void> {
    this.#close(copyId);
    for (const { path, mode, modifiedMs } of directories) {
      try {
        const place = await this.#root.resolve(path);
        await setMode(place, mode);
        await Deno.utime(place, new Date(modifiedMs), new Date(modifiedMs));
      } catch (error) {
        throw fileError(error, path);
      }
    }
  }

  /** Gives up every copy; what has arrived is kept. */
  close(): void {
    for (const copyId of [...this.#copies.keys()]) this.#close(copyId);
  }

  #close(copyId: string): void {
    for (const file of this.#copies.get(copyId)?.files.values() ?? []) file.close();
    this.#copies.delete(copyId);
  }

  /** Returns true if the file is there with the same bytes, and gives it its mode and time then. */
  async #isSame({ path, size, digest, mode, modifiedMs }: CopiedFile): Promise<boolean> {
    const place = await this.#root.place(path);
    await refuseOccupied(place, path);
    const info = await this.#root.look(path);
    if (info === null || info.size !== size || await digestFile(this.#root, path) !== digest) return false;
    if (info.mode !== null && (info.mode & 0o777) !== mode) await setMode(place, mode);
    if (info.mtime?.getTime() !== modifiedMs) await Deno.utime(place, new Date(modifiedMs), new Date(modifiedMs));
    return true;
  }

  /** Throws `file_busy` if another copy writes the file. One that rests for long is given up. */
  #refuseBusy({ path }: CopiedFile, ownId: string): void {
    for (const [copyId, { files, usedMs }] of this.#copies) {
      if (copyId === ownId || ![...files.values()].some(({ copied, isDone }) => !isDone && copied.path === path)) {
        continue;
      }
      if (this.#clock.nowMs() - usedMs < LIMITS.fileTurnMs) {
        throw new DmlError("file_busy", `Another copy is writing ${path}.`);
      }
      this.#close(copyId);
    }
  }
}

async function writePiece(
  { files, isSame }: Copy,
  { segment: { file, offset }, bytes }: { segment: Segment; bytes: Uint8Array },
  signal: AbortSignal,
): Promise<string | null> {
  if (isSame[file]) return null;
  const incoming = files.get(file);
  if (incoming === undefined) throw new DmlError("request_invalid", "Bytes came for a file that is not expected.");
  return await incoming.write(offset, bytes, { signal });
}

function faultOf(error: unknown, path: string): { code: string; reason: string } {
  const { code, message } = fileError(error, path);
  return { code, reason: clipReason(message) };
}
