import type { Clock } from "../../protocol/kernel/clock.ts";
import { displayWidth, shortened } from "./render.ts";
import type { Terminal } from "./terminal.ts";

const REDRAW_INTERVAL_MS = 80;
const BAR_WIDTH = 24;

/** Formats a fraction from 0 to 1 as a bar: `[#######-----------------]`. */
export function renderBar(fraction: number, width = BAR_WIDTH): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return `[${"#".repeat(filled)}${"-".repeat(width - filled)}]`;
}

/**
 * A progress bar on the status line of a terminal; it is drawn at most about twelve times a second.
 */
export class ProgressBar {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  #drawnMs = -Infinity;

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
  }

  /** Shows the progress, with `text` after the bar. */
  update(fraction: number, text: string): void {
    const nowMs = this.#clock.nowMs();
    if (fraction < 1 && nowMs - this.#drawnMs < REDRAW_INTERVAL_MS) return;
    this.#drawnMs = nowMs;
    const bar = renderBar(fraction);
    const room = this.#terminal.errorColumns - 1 - displayWidth(bar) - 1;
    this.#terminal.status(`${bar} ${shortened(text, Math.max(1, room))}`);
  }

  /** Removes the bar. */
  finish(): void {
    this.#terminal.status(null);
    this.#drawnMs = -Infinity;
  }
}
