import { join } from "node:path";
import { asStorageError, removeIfThere, writeAll } from "../../protocol/host/durable_file.ts";
import { readJsonFile, writeJsonFile } from "../../protocol/host/json_file.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { type Infer, z } from "../../protocol/schema.ts";

/** Identity of the file version to which a partial download belongs. */
const noteSchema = z.strictObject({
  url: z.string().max(10_000),
  /** Value for `If-Range`; `null` if the server offers no way to detect a changed file. */
  validator: z.string().max(1_000).nullable(),
});

/** A partial download, kept between runs until it is complete. */
export class PartFile {
  readonly #path: string;
  readonly #notePath: string;
  readonly #url: string;
  #note: Infer<typeof noteSchema> | null = null;
  #size = 0;

  private constructor(directory: string, url: string) {
    const name = digestOf(new TextEncoder().encode(url)).slice("sha256:".length);
    this.#path = join(directory, `${name}.part`);
    this.#notePath = join(directory, `${name}.json`);
    this.#url = url;
  }

  /**
   * Opens the partial download of `url` in `directory`, which is created if missing. It is empty if
   * there is none yet. Throws `home_unusable`.
   */
  static async open(directory: string, url: string): Promise<PartFile> {
    const part = new PartFile(directory, url);
    try {
      await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
      part.#note = await readJsonFile(part.#notePath, noteSchema);
      part.#size = part.#note?.url === url ? await sizeOf(part.#path) : 0;
    } catch (error) {
      throw asStorageError(error, { what: directory, fallback: "home_unusable" });
    }
    return part;
  }

  /** Number of bytes received so far. */
  get size(): number {
    return this.#size;
  }

  /** Value for `If-Range`; `null` if there is none. */
  get validator(): string | null {
    return this.#note?.validator ?? null;
  }

  /**
   * Begins again with an empty file; `validator` identifies the version that the server sends now.
   */
  async restart(validator: string | null): Promise<void> {
    await removeIfThere(this.#path);
    this.#size = 0;
    this.#note = { url: this.#url, validator };
    await writeJsonFile(this.#notePath, this.#note);
  }

  /**
   * Appends `stream` until it ends or fails. Throws the error of the stream, `source_refused` if
   * the file exceeds `bytesMax`, or `disk_full`.
   */
  async append(
    stream: ReadableStream<Uint8Array>,
    { bytesMax, onBytes }: { bytesMax: number; onBytes: (bytes: number) => void },
  ): Promise<void> {
    using file = await Deno.open(this.#path, { append: true, create: true, mode: 0o600 });
    for await (const chunk of stream) {
      if (this.#size + chunk.length > bytesMax) {
        throw new DmlError("source_refused", `${this.#url} sends more than ${bytesMax} bytes.`, {
          advice: "`dml help limits` lists the limits.",
        });
      }
      try {
        await writeAll(file, chunk);
      } catch (error) {
        throw asStorageError(error, { what: this.#path, fallback: "home_unusable" });
      }
      this.#size += chunk.length;
      onBytes(this.#size);
    }
  }

  read(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#size === 0 ? Promise.resolve(new Uint8Array()) : Deno.readFile(this.#path);
  }

  /** Deletes the file and its note. */
  async remove(): Promise<void> {
    await removeIfThere(this.#path);
    await removeIfThere(this.#notePath);
    this.#size = 0;
    this.#note = null;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
