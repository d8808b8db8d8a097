import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { ExecEvent, ExecOutcome } from "../../protocol/http_api/exec_api.ts";
import type { ExecOutput } from "../../protocol/messages/exec.ts";

/** Output of a program that waits for its reader, and the end of the program. */
export class PendingRun {
  readonly #waiting: ExecEvent[] = [];
  #waitingBytes = 0;
  #outcome: ExecOutcome | null = null;
  #wake: (() => void) | null = null;

  /** Takes a piece of output. Returns false if that is more than the node may have sent. */
  add({ stream, data }: Pick<ExecOutput, "stream" | "data">): boolean {
    this.#waitingBytes += bytesOf(data);
    if (this.#outcome !== null || this.#waitingBytes > LIMITS.execWindowBytes) return false;
    this.#waiting.push({ type: "output", stream, data });
    this.#resume();
    return true;
  }

  /** Takes the end; only the first one counts. */
  end(outcome: ExecOutcome): void {
    this.#outcome ??= outcome;
    this.#resume();
  }

  /**
   * Returns the next event, at the latest when `due` resolves; `null` if there is none until then.
   * After the end there is no further event.
   */
  async next(due: Promise<void>): Promise<ExecEvent | null> {
    if (this.#waiting.length === 0 && this.#outcome === null) {
      await Promise.race([due, new Promise<void>((resolve) => this.#wake = resolve)]);
    }
    const event = this.#waiting.shift();
    if (event?.type === "output") this.#waitingBytes -= bytesOf(event.data);
    if (event !== undefined || this.#outcome === null) return event ?? null;
    return { type: "ended", ...this.#outcome };
  }

  #resume(): void {
    this.#wake?.();
    this.#wake = null;
  }
}

/** Returns the number of bytes that `data` stands for in base 64. */
export function bytesOf(data: string): number {
  return data.length / 4 * 3 - (data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0);
}
