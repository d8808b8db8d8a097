import type { BlobWriter } from "../ports/blob_store.ts";

/** Bytes that are written at once. */
const GATHERED_BYTES = 256 * 1024;
/** A piece of this size is worth a write of its own. */
const LARGE_PIECE_BYTES = 64 * 1024;

/**
 * Writes small pieces to a {@linkcode BlobWriter} together. Over TLS a body arrives in pieces of 16
 * KB, and writing each of them to a file takes longer than receiving it.
 */
export class GatheringWriter {
  readonly #writer: Pick<BlobWriter, "write">;
  #buffer: Uint8Array<ArrayBuffer> | null = null;
  #filled = 0;
  #hasFailed = false;

  constructor(writer: Pick<BlobWriter, "write">) {
    this.#writer = writer;
  }

  /** Takes `piece`, whose memory may be used again afterwards. Throws the errors of the writer. */
  async write(piece: Uint8Array): Promise<void> {
    if (this.#filled === 0 && piece.length >= LARGE_PIECE_BYTES) return await this.#write(piece);
    if (this.#filled + piece.length > GATHERED_BYTES) await this.flush();
    if (piece.length > GATHERED_BYTES) return await this.#write(piece);
    this.#buffer ??= new Uint8Array(GATHERED_BYTES);
    this.#buffer.set(piece, this.#filled);
    this.#filled += piece.length;
    if (this.#filled === GATHERED_BYTES) await this.flush();
  }

  /** Writes what was gathered, unless a write has failed before. */
  async flush(): Promise<void> {
    const [gathered, filled] = [this.#buffer, this.#filled];
    this.#filled = 0;
    if (gathered !== null && filled > 0 && !this.#hasFailed) await this.#write(gathered.subarray(0, filled));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#writer.write(bytes);
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }
}
