import type { Terminal } from "../../user/terminal/terminal.ts";

/** A terminal that records its output. */
export class FakeTerminal implements Terminal {
  outColumns = Infinity;
  errorColumns = 80;
  isOutWatched = false;
  isWatched = false;
  outColor = false;
  errorColor = false;
  outText = "";
  errorText = "";
  readonly statuses: (string | null)[] = [];

  out(text: string): void {
    this.outText += text;
  }
  error(text: string): void {
    this.errorText += text;
  }
  status(text: string | null): void {
    this.statuses.push(text);
  }
}
