/**
 * The format of a backup of a master. A line of JSON stands before the bytes of each part:
 *
 *     {"format":"dml-backup","formatVersion":1,…}\n
 *     {"part":"secrets","size":N,"digest":"sha256:…"}\n N bytes
 *     {"part":"ledger.sqlite",…}\n … {"part":"people.sqlite",…}\n … {"part":"blob",…}\n …
 *     {"end":{"parts":N,"damaged":N,"seal":"…"}}\n
 *
 * The secrets are encrypted. The seal is a keyed hash of all lines before it, and so of all
 * digests: a file that was cut short or changed has another one.
 */
import { type Digest, Digester } from "../kernel/digest.ts";
import { DmlError } from "../kernel/errors.ts";
import { digestSchema, type Infer, parseAs, z } from "../schema.ts";

/** A key that seals a backup: a keyed hash, computed line by line. */
export interface SealingKey {
  seal(): { update(bytes: Uint8Array): void; finish(): string };
}

const FORMAT = "dml-backup";
/** The version of the format that this dml writes, the only one that it reads. */
export const BACKUP_FORMAT_VERSION = 1;
export const BACKUP_MEDIA_TYPE = "application/x-dml-backup";
const LINE_BYTES_MAX = 4_096;

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(BACKUP_FORMAT_VERSION),
  /** The version of the dml that made it. */
  version: z.string().max(64),
  createdMs: count,
});

const partSchema = z.strictObject({
  part: z.enum(["secrets", "ledger.sqlite", "people.sqlite", "blob"]),
  size: count,
  digest: digestSchema,
});

const endSchema = z.strictObject({
  end: z.strictObject({
    parts: count,
    /** Number of blobs that were left out because the master's disk had damaged them. */
    damaged: count,
    seal: z.string().max(64),
  }),
});

export type BackupHeader = Infer<typeof headerSchema>;
export type BackupPart = Infer<typeof partSchema>;
export type BackupEnd = Infer<typeof endSchema>["end"];

/** Returns the header of a backup that is made at `createdMs` by the dml of this version. */
export function backupHeader(of: Pick<BackupHeader, "version" | "createdMs">): BackupHeader {
  return { format: FORMAT, formatVersion: BACKUP_FORMAT_VERSION, ...of };
}

/** Writes the lines of a backup and seals them. */
export class BackupLines {
  readonly #seal: ReturnType<SealingKey["seal"]>;
  #parts = 0;

  constructor(key: SealingKey) {
    this.#seal = key.seal();
  }

  header(header: BackupHeader): Uint8Array<ArrayBuffer> {
    return this.#sealed(header);
  }

  part(part: BackupPart): Uint8Array<ArrayBuffer> {
    this.#parts++;
    return this.#sealed(part);
  }

  end({ damaged }: Pick<BackupEnd, "damaged">): Uint8Array<ArrayBuffer> {
    const counted = { parts: this.#parts, damaged };
    this.#seal.update(lineOf(counted));
    return lineOf({ end: { ...counted, seal: this.#seal.finish() } });
  }

  #sealed(value: unknown): Uint8Array<ArrayBuffer> {
    const line = lineOf(value);
    this.#seal.update(line);
    return line;
  }
}

/** Takes the parts of a backup while it is read. */
export interface BackupVisitor {
  header?(header: BackupHeader): void;
  /**
   * Takes the next part, and reads `bytes` to their end. They are verified only when they end:
   * reading the last of them throws if they do not hash to the digest.
   */
  part(part: BackupPart, bytes: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<void>;
}

/**
 * Reads a backup to its end, and returns its last line. Throws `backup_invalid` if it is no backup,
 * or was cut short or changed, or if the key is not the one it was made with.
 */
export async function readBackup(
  chunks: AsyncIterable<Uint8Array>,
  { key, visitor }: { key: SealingKey; visitor: BackupVisitor },
): Promise<BackupEnd> {
  const source = new ByteSource(chunks);
  const seal = key.seal();
  const firstLine = await source.line();
  visitor.header?.(headerOf(firstLine));
  seal.update(firstLine);
  for (let parts = 0;; parts++) {
    const line = await source.line();
    const parsed = jsonOf(line);
    if (typeof parsed === "object" && parsed !== null && "end" in parsed) {
      const { end } = parseAs(endSchema, parsed, { what: "The end of the backup", code: "backup_invalid" });
      seal.update(lineOf({ parts: end.parts, damaged: end.damaged }));
      if (end.seal !== seal.finish()) {
        throw changed("its seal does not match: it was changed, or the key is not its own");
      }
      if (end.parts !== parts) throw changed(`it has ${parts} parts, and should have ${end.parts}`);
      if (!await source.isAtEnd()) throw changed("something follows its end");
      return end;
    }
    const part = parseAs(partSchema, parsed, { what: "A line of the backup", code: "backup_invalid" });
    seal.update(line);
    await visitor.part(part, verified(part, source));
  }
}

async function* verified({ part, size, digest }: BackupPart, source: ByteSource) {
  const digester = new Digester();
  for await (const chunk of source.bytes(size)) {
    digester.update(chunk);
    yield chunk;
  }
  if (digester.digest() !== digest) throw changed(`its part ${part} does not hash to ${digest satisfies Digest}`);
}

function headerOf(line: Uint8Array): BackupHeader {
  const value = jsonOf(line);
  const version = typeof value === "object" && value !== null && "formatVersion" in value ? value.formatVersion : 1;
  if (typeof version === "number" && version > BACKUP_FORMAT_VERSION) {
    throw new DmlError("backup_invalid", `The backup has format ${version}; this dml reads ${BACKUP_FORMAT_VERSION}.`, {
      advice: "Update dml.",
    });
  }
  return parseAs(headerSchema, value, { what: "The first line of the backup", code: "backup_invalid" });
}

function lineOf(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}

function jsonOf(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(line));
  } catch (cause) {
    throw changed("a line of it is not JSON", cause);
  }
}

function changed(why: string, cause?: unknown): DmlError {
  return new DmlError("backup_invalid", `The backup cannot be used: ${why}.`, { cause });
}

/** Lines and runs of bytes out of chunks of any size. */
class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array<ArrayBufferLike> = new Uint8Array();

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Returns the next line with its newline. */
  async line(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes: number[] = [];
    for (;;) {
      const newline = this.#rest.indexOf(10);
      const taken = this.#take(newline < 0 ? this.#rest.length : newline + 1);
      if (bytes.length + taken.length > LINE_BYTES_MAX) throw changed("a line of it is too long");
      bytes.push(...taken);
      if (newline >= 0) return Uint8Array.from(bytes);
      await this.#more();
    }
  }

  /** Yields the next `count` bytes in chunks. */
  async *bytes(count: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let left = count; left > 0;) {
      if (this.#rest.length === 0) await this.#more();
      const taken = this.#take(Math.min(left, this.#rest.length));
      left -= taken.length;
      yield taken;
    }
  }

  async isAtEnd(): Promise<boolean> {
    return this.#rest.length === 0 && (await this.#chunks.next()).done === true;
  }

  #take(count: number): Uint8Array<ArrayBuffer> {
    const taken = this.#rest.slice(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken as Uint8Array<ArrayBuffer>;
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#chunks.next();
    if (done === true) throw changed("it was cut short");
    this.#rest = value;
  }
}
