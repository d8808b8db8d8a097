/**
 * The bytes of output that a program may still send. Both of its streams take from it, and wait when
 * it is used up.
 */
export class OutputCredit {
  #bytes: number;
  #isClosed = false;
  #waiting: (() => void)[] = [];

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Adds `bytes`, up to `bytesMax` in all. */
  add(bytes: number, { bytesMax }: { bytesMax: number }): void {
    this.#bytes = Math.min(bytesMax, this.#bytes + bytes);
    this.#wake();
  }

  /** Takes up to `bytesMax` bytes, at least one once there is one. Returns 0 once it is closed. */
  async take(bytesMax: number): Promise<number> {
    while (this.#bytes === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#isClosed) return 0;
    const bytes = Math.min(bytesMax, this.#bytes);
    this.#bytes -= bytes;
    return bytes;
  }

  /** Lets nothing more be sent. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
