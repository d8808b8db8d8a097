import type { Digest } from "../kernel/digest.ts";
import type {
  CopiedFile,
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

export type { CopiedFile };

/** Files that can be listed and read: a directory here, or the one that a node opened. */
export interface FileSource {
  list(request: ListRequest): Promise<ListAnswer>;
  /** Returns the digest of each file; `null` for what cannot be read as a file. */
  digests(paths: readonly string[]): Promise<(Digest | null)[]>;
  /** Returns a parcel with the segments, encoded. */
  read(request: ReadRequest): Promise<Uint8Array<ArrayBuffer>>;
}

/** A directory that files can be written to. */
export interface FileTarget {
  /** Announces files and makes directories. The same copy may be planned again. */
  plan(request: PlanRequest): Promise<PlanAnswer>;
  /** Writes the segments of an encoded parcel. */
  write(parcel: Uint8Array<ArrayBuffer>): Promise<WriteAnswer>;
  /** Ends a copy. */
  finish(request: FinishRequest): Promise<void>;
}

/** Everything that can be done with the files of a directory. */
export interface FileStore extends FileSource, FileTarget {
  remove(request: RemoveRequest): Promise<RemoveAnswer>;
}
