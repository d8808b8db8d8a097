import { join } from "node:path";
import { asStorageError, removeIfThere, writeAll } from "./durable_file.ts";

export interface RotatedFileOptions {
  /** Size above which the next file is begun. */
  readonly fileBytesMax: number;
  /** Files that are kept; the oldest are deleted. */
  readonly filesMax: number;
  /** Size of the lines that may wait to be written. */
  readonly queueBytesMax: number;
  /** Returns the first line of each new file, with its newline. */
  readonly head?: () => string;
  /** Called with the number of lines that were taken from the queue, written or lost. */
  readonly onTaken?: (lines: number) => void;
  /** Called when writing fails for the first time, and again only after it has succeeded. */
  readonly onFault?: (error: unknown) => void;
  /** Called when writing succeeds again, with the number of lines that were lost meanwhile. */
  readonly onRecovered?: (lost: number) => void;
}

/** Size of the lines of one write, in characters. */
const BATCH_CHARACTERS = 64 * 1024;
const NEWLINE = 10;
const NAME = /^(\d{6,12})\.jsonl$/;

/** The files of a directory, and the end of the newest one. */
interface Kept {
  readonly numbers: number[];
  readonly bytes: number;
  readonly isTorn: boolean;
}

/**
 * Lines in files of a directory: `000001.jsonl` and so on, the newest last. Appending never waits
 * and never fails: a line that cannot be written is lost and counted. Not synced to the disk.
 */
export class RotatedFile {
  readonly #directory: string;
  readonly #options: RotatedFileOptions;
  /** Numbers of the files, the oldest first. */
  #numbers: number[];
  #file: Deno.FsFile | null = null;
  /** Size of the newest file. */
  #bytes: number;
  /** True if the newest file may end within a line. */
  #isTorn: boolean;
  #queue: string[] = [];
  #queuedCharacters = 0;
  #lost = 0;
  #isFailing = false;
  #writing: Promise<void> | null = null;

  private constructor(directory: string, options: RotatedFileOptions, kept: Kept) {
    this.#directory = directory;
    this.#options = options;
    this.#numbers = kept.numbers;
    this.#bytes = kept.bytes;
    this.#isTorn = kept.isTorn;
  }

  /** Opens the files in `directory`, and creates it if necessary. Throws `home_unusable`. */
  static async open(directory: string, options: RotatedFileOptions): Promise<RotatedFile> {
    try {
      await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
      const numbers: number[] = [];
      for await (const { name } of Deno.readDir(directory)) {
        const match = NAME.exec(name);
        if (match !== null) numbers.push(Number(match[1]));
      }
      numbers.sort((one, other) => one - other);
      const newest = numbers.at(-1);
      const end = newest === undefined ? { bytes: 0, isTorn: false } : await endOf(pathOf(directory, newest));
      return new RotatedFile(directory, options, { numbers, ...end });
    } catch (error) {
      throw asStorageError(error, { what: directory, fallback: "home_unusable" });
    }
  }

  /** Numbers of the files, the oldest first. */
  get numbers(): readonly number[] {
    return this.#numbers;
  }

  /** Queues `line`, which ends with a newline. Returns false if the queue is full; the line is lost. */
  append(line: string): boolean {
    if (this.#queuedCharacters + line.length > this.#options.queueBytesMax) {
      this.#lost++;
      return false;
    }
    this.#queue.push(line);
    this.#queuedCharacters += line.length;
    this.#writing ??= this.#write();
    return true;
  }

  /** Resolves once every line that was queued before is written or lost. */
  async whenWritten(): Promise<void> {
    await this.#writing;
  }

  /** Yields the lines of one file, without their newlines; none if the file is no longer there. */
  async *lines(number: number): AsyncGenerator<string, void> {
    let file: Deno.FsFile;
    try {
      file = await Deno.open(pathOf(this.#directory, number));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    // Closes the file at its end, and if the reader stops early.
    let rest = "";
    for await (const text of file.readable.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest !== "") yield rest;
  }

  /** Writes what is queued and closes the file. Nothing may be appended afterwards. */
  async close(): Promise<void> {
    await this.#writing;
    this.#file?.close();
    this.#file = null;
  }

  async #write(): Promise<void> {
    await null; // lines of one turn are written together
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#writeBatch(new TextEncoder().encode(batch.join("")));
        this.#succeeded();
      } catch (error) {
        this.#failed(error, batch.length);
      }
      this.#options.onTaken?.(batch.length);
    }
    this.#writing = null;
  }

  #takeBatch(): string[] {
    let [count, characters] = [0, 0];
    while (count < this.#queue.length && (count === 0 || characters + this.#queue[count].length <= BATCH_CHARACTERS)) {
      characters += this.#queue[count++].length;
    }
    this.#queuedCharacters -= characters;
    return this.#queue.splice(0, count);
  }

  async #writeBatch(bytes: Uint8Array): Promise<void> {
    const isFull = this.#bytes > 0 && this.#bytes + bytes.length > this.#options.fileBytesMax;
    if (this.#numbers.length === 0 || isFull) await this.#begin();
    const file = this.#file ??= await Deno.open(this.#newestPath(), { append: true, create: true, mode: 0o600 });
    // A line that was cut off must not run into this one.
    if (this.#isTorn) await this.#append(file, new Uint8Array([NEWLINE]));
    await this.#append(file, bytes);
  }

  async #append(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
    this.#isTorn = true;
    await writeAll(file, bytes);
    this.#isTorn = false;
    this.#bytes += bytes.length;
  }

  /** Begins the next file and deletes the oldest ones that are too many. */
  async #begin(): Promise<void> {
    this.#file?.close();
    this.#file = null;
    const number = (this.#numbers.at(-1) ?? 0) + 1;
    this.#file = await Deno.open(pathOf(this.#directory, number), { append: true, createNew: true, mode: 0o600 });
    this.#numbers = [...this.#numbers, number];
    this.#bytes = 0;
    this.#isTorn = false;
    const head = this.#options.head?.();
    if (head !== undefined) await this.#append(this.#file, new TextEncoder().encode(head));
    while (this.#numbers.length > this.#options.filesMax) {
      const [oldest, ...rest] = this.#numbers;
      await removeIfThere(pathOf(this.#directory, oldest));
      this.#numbers = rest;
    }
  }

  #succeeded(): void {
    this.#isFailing = false;
    if (this.#lost === 0) return;
    const lost = this.#lost;
    this.#lost = 0;
    this.#options.onRecovered?.(lost);
  }

  #failed(error: unknown, lines: number): void {
    this.#lost += lines;
    this.#file?.close();
    this.#file = null;
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#options.onFault?.(error);
  }

  #newestPath(): string {
    return pathOf(this.#directory, this.#numbers[this.#numbers.length - 1]);
  }
}

/** Returns the size of a file, and whether its last line lacks a newline. */
async function endOf(path: string): Promise<Omit<Kept, "numbers">> {
  using file = await Deno.open(path);
  const bytes = await file.seek(0, Deno.SeekMode.End);
  if (bytes === 0) return { bytes, isTorn: false };
  const last = new Uint8Array(1);
  await file.seek(-1, Deno.SeekMode.End);
  await file.read(last);
  return { bytes, isTorn: last[0] !== NEWLINE };
}

function pathOf(directory: string, number: number): string {
  return join(directory, `${String(number).padStart(6, "0")}.jsonl`);
}
