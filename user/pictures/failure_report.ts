import type { ErrorCode } from "../../protocol/kernel/errors.ts";
import { printable, renderError } from "../terminal/render.ts";
import type { PictureFailure } from "./shared_failure.ts";
import type { Terminal } from "../terminal/terminal.ts";

/**
 * Report of failed pictures on standard error. A failure of one picture is printed with its name. A
 * failure that affects all pictures is printed once, and the pictures that it left undone are
 * listed at the end.
 */
export class FailureReport {
  readonly #terminal: Terminal;
  /** Undone pictures by the code of the failure that affects all. */
  readonly #undone = new Map<ErrorCode, string[]>();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  print({ failure, isShared }: PictureFailure, file: string): void {
    const color = this.#terminal.errorColor;
    if (!isShared) return this.#terminal.error(renderError(failure, { color, subject: file }));
    const undone = this.#undone.get(failure.code);
    if (undone !== undefined) return void undone.push(file);
    this.#undone.set(failure.code, [file]);
    this.#terminal.error(renderError(failure, { color }));
  }

  /** Lists the undone ones of `total` pictures, unless the user interrupted the run. */
  finish(total: number): void {
    for (const [code, files] of this.#undone) {
      if (code === "interrupted" || total === 1) continue;
      const isAll = files.length === total;
      const which = isAll ? `None of the ${total} pictures was done` : `Not done, of ${total} pictures`;
      const lines = isAll ? [`${which} (${code}).`] : [`${which} (${code}):`, ...files.map((file) => `  ${file}`)];
      this.#terminal.error(lines.map((line) => `${printable(line)}\n`).join(""));
    }
  }
}
