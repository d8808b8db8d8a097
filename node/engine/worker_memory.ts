import type { Resident } from "./worker_protocol.ts";

/** Memory beyond what is loaded with which a process is still kept, in bytes. */
const SLACK_BYTES = 128 * 1024 * 1024;

/**
 * The memory of one worker process, as it reports it. WebAssembly memory never shrinks, so a
 * process that has unloaded a large model gives memory back only by ending. Threads report `null`:
 * their memory cannot be told from that of others.
 */
export class WorkerMemory {
  readonly #baseBytes: number | null;
  #residentBytes: number | null = null;
  /** Growth of the process while it loaded each model, in bytes. */
  readonly #growths = new Map<string, number>();

  /** Takes the memory of a worker without models. */
  constructor(resident: Resident | null = null) {
    this.#baseBytes = resident?.bytes ?? null;
  }

  /**
   * Records a model that was loaded. Returns the memory of a worker with this model only, or `null`
   * for a thread.
   */
  loaded(manifestDigest: string, resident: Resident | null): number | null {
    if (this.#baseBytes === null || resident === null) return null;
    // A model that was loaded before takes nothing more.
    const growth = Math.max(this.#growths.get(manifestDigest) ?? 0, resident.grownBytes);
    this.#growths.set(manifestDigest, growth);
    return this.#baseBytes + growth;
  }

  /** Records a model that was unloaded. */
  unloaded(manifestDigest: string, resident: Resident | null): void {
    this.#growths.delete(manifestDigest);
    this.#residentBytes = resident?.bytes ?? null;
  }

  /** True if the process held much more than what is loaded in it when it last unloaded a model. */
  get isBloated(): boolean {
    if (this.#baseBytes === null || this.#residentBytes === null) return false;
    let expectedBytes = this.#baseBytes;
    for (const growth of this.#growths.values()) expectedBytes += growth;
    return this.#residentBytes > expectedBytes + SLACK_BYTES;
  }
}
