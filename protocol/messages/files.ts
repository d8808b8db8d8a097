import { faultOfPath } from "./file_path.ts";
import { LIMITS } from "../kernel/limits.ts";
import { byteCountSchema, digestSchema, idSchema, type Infer, z } from "../schema.ts";

/** Things that can be asked about the files of a node. */
export const FILE_ACTIONS = ["list", "digest", "read", "plan", "write", "finish", "remove"] as const;
export type FileAction = (typeof FILE_ACTIONS)[number];

/**
 * Master to node: carry out an order about files. Its request is fetched from
 * `/v1/file-orders/<orderId>`, and its answer is put there.
 */
export const fileOrderSchema = z.strictObject({
  type: z.literal("file.order"),
  orderId: idSchema,
  action: z.enum(FILE_ACTIONS),
  /** Size of the request. */
  bodyBytes: z.number().int().min(1).max(LIMITS.fileBodyBytesMax),
});

/** Master to node: nobody waits for the answer any more. */
export const fileCancelSchema = z.strictObject({ type: z.literal("file.cancel"), orderId: idSchema });

/** Node to master: an order could not be carried out. */
export const fileFailedSchema = z.strictObject({
  type: z.literal("file.failed"),
  orderId: idSchema,
  code: z.string().max(64),
  reason: z.string().max(LIMITS.reasonCharactersMax),
});

/** A path inside the directory that a node opened; empty for that directory itself. */
export const filePathSchema = z.string().refine((path) => faultOfPath(path) === null, {
  error: ({ input }) => `must be a path inside the directory: ${faultOfPath(String(input))}`,
});
const filesMax = LIMITS.fileBatchFilesMax;
const modeSchema = z.number().int().min(0).max(0o777);
const timeSchema = z.number().int().min(-8_640_000_000_000_000).max(8_640_000_000_000_000);
const indexSchema = z.number().int().min(0).max(filesMax - 1);
const pieceBytesSchema = z.number().int().min(0).max(LIMITS.filePieceBytes);

/** One file, directory or link. */
export const fileEntrySchema = z.strictObject({
  path: z.string().max(LIMITS.filePathCharactersMax),
  kind: z.enum(["file", "directory", "link", "other"]),
  /** 0 unless it is a file. */
  size: byteCountSchema,
  /** Permission bits; those of the system where it has none. */
  mode: modeSchema,
  /** Time of the last change, in milliseconds. */
  modifiedMs: timeSchema,
});

/** Asks for a path itself, for the entries of that directory, or for everything below it. */
export const listRequestSchema = z.strictObject({
  path: filePathSchema,
  depth: z.enum(["itself", "children", "all"]),
  /** Path of the last entry of the page before; `null` for the first page. */
  after: filePathSchema.nullable(),
});
/** A page of entries in the order of their paths; nothing if there is no such path. */
export const listAnswerSchema = z.strictObject({
  entries: z.array(fileEntrySchema).max(LIMITS.fileListPageMax),
  isComplete: z.boolean(),
});

export const digestRequestSchema = z.strictObject({ paths: z.array(filePathSchema).min(1).max(filesMax) });
export const digestAnswerSchema = z.strictObject({
  /** One for each path; `null` if it cannot be read as a file. */
  digests: z.array(digestSchema.nullable()).max(filesMax),
});

/** A file that is to be copied. */
export const copiedFileSchema = z.strictObject({
  path: filePathSchema,
  size: byteCountSchema,
  digest: digestSchema,
  mode: modeSchema,
  modifiedMs: timeSchema,
});
/** Announces files that will be written under the id of a copy. */
export const planRequestSchema = z.strictObject({
  copyId: idSchema,
  files: z.array(copiedFileSchema).max(filesMax),
  /** Directories that must be there. */
  directories: z.array(filePathSchema).max(filesMax),
});
const faultSchema = z.strictObject({ code: z.string().max(64), reason: z.string().max(LIMITS.reasonCharactersMax) });
export const planAnswerSchema = z.strictObject({
  /** One for each file: the bytes that are there already, all if the file is the same; or a fault. */
  files: z.array(z.strictObject({
    isSame: z.boolean(),
    receivedBytes: byteCountSchema,
    fault: faultSchema.nullable(),
  })).max(filesMax),
});

/** Bytes of one file: `file` is its index in the request that a parcel belongs to. */
export const segmentSchema = z.strictObject({ file: indexSchema, offset: byteCountSchema, bytes: pieceBytesSchema });

export const readRequestSchema = z.strictObject({
  /** Copy that the parcel is for. */
  copyId: idSchema,
  /** Files as they were listed; one that has changed since is a fault. */
  files: z.array(z.strictObject({ path: filePathSchema, size: byteCountSchema, modifiedMs: timeSchema })).max(filesMax),
  segments: z.array(segmentSchema).min(1).max(filesMax),
});

/** Head of a parcel: the request to write, and the answer to a request to read. */
export const parcelHeadSchema = z.strictObject({
  /** Copy that it is for. */
  copyId: idSchema,
  encoding: z.enum(["none", "zstd"]),
  segments: z.array(segmentSchema).max(filesMax),
  /** Files that could not be read, which have no segments. */
  faults: z.array(faultSchema.extend({ file: indexSchema })).max(filesMax),
});

export const writeAnswerSchema = z.strictObject({
  /** Files that failed; all others have their bytes. */
  faults: z.array(faultSchema.extend({ file: indexSchema })).max(filesMax),
});

/** Ends a copy and gives directories their mode and time. */
export const finishRequestSchema = z.strictObject({
  copyId: idSchema,
  directories: z.array(z.strictObject({ path: filePathSchema, mode: modeSchema, modifiedMs: timeSchema })).max(
    filesMax,
  ),
});
export const finishAnswerSchema = z.strictObject({});

export const removeRequestSchema = z.strictObject({ path: filePathSchema, isRecursive: z.boolean() });
export const removeAnswerSchema = z.strictObject({ files: byteCountSchema, directories: byteCountSchema });

/** A file that failed: a code of dml, and the reason in a sentence. */
export interface FileFault {
  readonly code: string;
  readonly reason: string;
}

export type FileOrder = Infer<typeof fileOrderSchema>;
export type FileFailed = Infer<typeof fileFailedSchema>;
export type FileEntry = Infer<typeof fileEntrySchema>;
export type ListRequest = Infer<typeof listRequestSchema>;
export type ListAnswer = Infer<typeof listAnswerSchema>;
export type CopiedFile = Infer<typeof copiedFileSchema>;
export type PlanRequest = Infer<typeof planRequestSchema>;
export type PlanAnswer = Infer<typeof planAnswerSchema>;
export type Segment = Infer<typeof segmentSchema>;
export type ReadRequest = Infer<typeof readRequestSchema>;
export type ParcelHead = Infer<typeof parcelHeadSchema>;
export type WriteAnswer = Infer<typeof writeAnswerSchema>;
export type FinishRequest = Infer<typeof finishRequestSchema>;
export type RemoveRequest = Infer<typeof removeRequestSchema>;
export type RemoveAnswer = Infer<typeof removeAnswerSchema>;
