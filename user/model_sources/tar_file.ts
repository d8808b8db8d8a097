import { DmlError } from "../../protocol/kernel/errors.ts";

const BLOCK_BYTES = 512;
const ENTRIES_MAX = 100_000;
const LONG_NAME_BYTES_MAX = 64 * 1024;
/** Maximum number of other file names that an error suggests. */
const OFFERED_MAX = 5;

/**
 * Extracts the file at `path` from a tar archive as npm packs it: all files are in one directory,
 * whose name is ignored. Links do not count as files. Formats: POSIX.1-2017 pax, ustar, and the
 * long names of GNU. Throws `source_refused` if there is no such file, suggesting those with the
 * same extension, if it has more than `bytesMax` bytes, or if the archive is damaged.
 */
export async function fileInTar(
  archive: ReadableStream<Uint8Array>,
  { path, bytesMax, what }: { path: string; bytesMax: number; what: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new ExactReader(archive, what);
  const extension = /\.[^./]+$/.exec(path)?.[0] ?? "";
  const others: string[] = [];
  let longName: string | null = null;
  let longSize: number | null = null;
  try {
    for (let entries = 0; entries < ENTRIES_MAX; entries++) {
      const header = await reader.read(BLOCK_BYTES);
      if (header === null || header.every((byte) => byte === 0)) break;
      const { name, type, size: shortSize } = readHeader(header, what);
      const size: number = longSize ?? shortSize;
      if (type === "x" || type === "L") {
        if (size > LONG_NAME_BYTES_MAX) throw damaged(what);
        const text = new TextDecoder().decode(await reader.body(size));
        if (type === "L") longName = text.replace(/\0.*$/s, "");
        else ({ longName, longSize } = readPax(text, { longName, longSize }));
        continue;
      }
      const inside = (longName ?? name).replace(/^(\.\/)?[^/]+\//, "");
      [longName, longSize] = [null, null];
      const isFile = type === "0" || type === "\0" || type === "7";
      if (isFile && inside === path) {
        if (size <= bytesMax) return await reader.body(size);
        throw new DmlError("source_refused", `${path} in ${what} has ${size} bytes, more than ${bytesMax}.`);
      }
      if (isFile && inside.endsWith(extension) && others.length < OFFERED_MAX) others.push(inside);
      await reader.skip(size);
    }
  } finally {
    await reader.close();
  }
  const advice = others.length > 0 ? `It contains ${others.join(", ")}.` : "Check the path inside the package.";
  throw new DmlError("source_refused", `There is no file ${path} in ${what}.`, { advice });
}

function readHeader(block: Uint8Array, what: string): { name: string; type: string; size: number } {
  const text = (start: number, length: number) =>
    new TextDecoder().decode(block.subarray(start, start + length)).replace(/\0.*$/s, "");
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (parseInt(text(148, 8).trim(), 8) !== sum) throw damaged(what);
  const prefix = text(257, 5) === "ustar" ? text(345, 155) : "";
  const size = parseInt(text(124, 12).trim() || "0", 8);
  if (!Number.isSafeInteger(size) || size < 0) throw damaged(what);
  return {
    name: prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    type: String.fromCharCode(block[156]),
    size,
  };
}

/** Reads the name and the size from pax records, `LENGTH KEY=VALUE\n` each. */
function readPax(
  text: string,
  known: { longName: string | null; longSize: number | null },
): { longName: string | null; longSize: number | null } {
  const longName = /(?:^|\n)\d+ path=([^\n]+)\n/.exec(text)?.[1] ?? known.longName;
  const size = /(?:^|\n)\d+ size=(\d{1,15})\n/.exec(text)?.[1];
  return { longName, longSize: size === undefined ? known.longSize : Number(size) };
}

function damaged(what: string): DmlError {
  return new DmlError("source_refused", `${what} is not a tar archive, or it is damaged.`);
}

/** Reader that returns a stream in pieces of the requested size. */
class ExactReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #what: string;
  #rest: Uint8Array = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>, what: string) {
    this.#reader = stream.getReader();
    this.#what = what;
  }

  /** Returns the next `size` bytes; `null` at the end. */
  async read(size: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const bytes = new Uint8Array(size);
    let filled = 0;
    await this.#take(size, (chunk) => {
      bytes.set(chunk, filled);
      filled += chunk.length;
    });
    if (filled === 0 && size > 0) return null;
    if (filled < size) throw damaged(this.#what);
    return bytes;
  }

  /** Returns the content of an entry and skips the padding of its last block. */
  async body(size: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.read(size);
    if (bytes === null) throw damaged(this.#what);
    await this.skip(0, size);
    return bytes;
  }

  /** Skips `size` bytes, and the padding after an entry of `filledBytes` bytes. */
  async skip(size: number, filledBytes = size): Promise<void> {
    await this.#take(size + (BLOCK_BYTES - filledBytes % BLOCK_BYTES) % BLOCK_BYTES, () => {});
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  async #take(size: number, use: (chunk: Uint8Array) => void): Promise<void> {
    for (let left = size; left > 0;) {
      if (this.#rest.length === 0) {
        const { value, done } = await this.#reader.read();
        if (done) return;
        this.#rest = value;
        continue;
      }
      const chunk = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(chunk.length);
      left -= chunk.length;
      use(chunk);
    }
  }
}
