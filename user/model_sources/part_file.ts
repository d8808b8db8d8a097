import { join } from "node:path";
import { asStorageError, removeIfThere, writeAll } from "../../protocol/host/durable_file.ts";
import { readJsonFile, writeJsonFile } from "../../protocol/host/json_file.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { type Infer, z } from "../../protocol/schema.ts";

/** What a server called the version that the part is of. */
const noteSchema = z.strictObject({
  url: z.string().max(10_000),
  /** For `If-Range`; null: it cannot be told whether the file is still the same. */
  validator: z.string().max(1_000).nullable(),
});

/** A file that is being fetched: what has arrived, kept between runs until it is whole. */
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

  /** The part of `url` in `directory`, which is made; an empty one when there is none. Throws `home_unusable`. */
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

  /** Bytes that are here. */
  get size(): number {
    return this.#size;
  }

  /** What to send as `If-Range`. */
  get validator(): string | null {
    return this.#note?.validator ?? null;
  }

  /** Begins anew, with a file that the server calls so. */
  async restart(validator: string | null): Promise<void> {
    await removeIfThere(this.#path);
    this.#size = 0;
    this.#note = { url: this.#url, validator };
    await writeJsonFile(this.#notePath, this.#note);
  }

  /** Appends what `stream` gives until it ends or breaks. Throws what it throws, `source_refused` past `bytesMax`, `disk_full`. */
  async append(
    stream: ReadableStream<Uint8Array>,
    { bytesMax, onBytes }: { bytesMax: number; onBytes: (bytes: number) => void },
  ): Promise<void> {
    using file = await Deno.open(this.#path, { append: true, create: true, mode: 0o600 });
    for await (const chunk of stream) {
      if (this.#size + chunk.length > bytesMax) {
        throw new DmlError("source_refused", `${this.#url} gives more than ${bytesMax} bytes.`, {
          advice: "`dml help limits` names the limits.",
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

  /** Forgets all of it. */
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
