import { extname } from "node:path";
import { printable } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Kinds of files that are named; the rest is one number. */
const KINDS_MAX = 8;

/**
 * Returns the pictures that `find` finds, and prints one line on standard error about what it left
 * out, if anything.
 */
export async function findAndTell<Found>(
  terminal: Terminal,
  find: (leftOut: LeftOut) => Promise<Found>,
): Promise<Found> {
  const leftOut = new LeftOut();
  try {
    return await find(leftOut);
  } finally {
    const text = leftOut.describe();
    if (text !== null) terminal.error(`${printable(text)}\n`);
  }
}

/**
 * The count of files and folders that were passed over because nobody named them: in a directory,
 * only names of pictures are read. Hidden files and those that dml made are not counted.
 */
export class LeftOut {
  /** Number of files by what they are called: an extension in lower case, or that there is none. */
  readonly #files = new Map<string, number>();
  #folders = 0;

  addFile(name: string): void {
    const kind = extname(name).toLowerCase() || "without an extension";
    this.#files.set(kind, (this.#files.get(kind) ?? 0) + 1);
  }

  addFolder(): void {
    this.#folders++;
  }

  /** Describes what was left out in one line; `null` if it is nothing. */
  describe(): string | null {
    const files = this.#files.values().reduce((sum, count) => sum + count, 0);
    const folders = this.#folders === 1 ? "1 folder was not entered" : `${this.#folders} folders were not entered`;
    const parts = [
      ...(files > 0 ? [`${files === 1 ? "1 file was" : `${files} files were`} left out: ${this.#kinds()}`] : []),
      ...(this.#folders > 0 ? [folders] : []),
    ];
    if (parts.length === 0) return null;
    return `${parts.join("; ")}. To read a file whatever it is called, name it.`;
  }

  #kinds(): string {
    const byCount = [...this.#files].toSorted(([oneKind, one], [otherKind, other]) =>
      other - one || (oneKind < otherKind ? -1 : 1)
    );
    const named = byCount.slice(0, KINDS_MAX).map(([kind, count]) => `${count} ${kind}`);
    const rest = byCount.slice(KINDS_MAX).reduce((sum, [, count]) => sum + count, 0);
    return [...named, ...(rest > 0 ? [`${rest} others`] : [])].join(", ");
  }
}
