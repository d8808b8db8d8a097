import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Terminal } from "./terminal.ts";

const CHARACTERS_MAX = 4_096;
const END_OF_TEXT = "\x03"; // Ctrl-C
const END_OF_TRANSMISSION = "\x04"; // Ctrl-D
const KILL_LINE = "\x15"; // Ctrl-U
const BACKSPACES = ["\x7f", "\b"];

export interface SecretPrompt {
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly terminal: Pick<Terminal, "error">;
  readonly signal: AbortSignal;
  /** Turns the echo of the terminal on and off; that of standard input by default. */
  readonly setRaw?: (isRaw: boolean) => void;
}

/**
 * Asks `question` on a terminal and returns the line that is typed, which is not shown. Throws
 * `interrupted` at Ctrl-C, or at the end of the input before the line's end.
 */
export async function askSecret(question: string, prompt: SecretPrompt): Promise<string> {
  const { stdin, terminal, signal, setRaw = (isRaw: boolean) => Deno.stdin.setRaw(isRaw) } = prompt;
  terminal.error(question);
  setRaw(true);
  const reader = stdin.getReader();
  const stop = () => void reader.cancel();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const decoder = new TextDecoder();
    const line = new TypedLine();
    while (line.state === "open") {
      const { value, done } = await reader.read();
      line.type(done ? END_OF_TRANSMISSION : decoder.decode(value, { stream: true }));
    }
    if (line.state === "done") return line.text;
    throw new DmlError("interrupted", "Nothing was entered.", { advice: "Run it again." });
  } finally {
    signal.removeEventListener("abort", stop);
    reader.releaseLock();
    setRaw(false);
    terminal.error("\n");
  }
}

/** A line as a terminal without its own line editing delivers it. */
class TypedLine {
  text = "";
  state: "open" | "done" | "given up" = "open";

  type(characters: string): void {
    for (const character of characters) {
      if (this.state !== "open") return;
      if (character === "\r" || character === "\n") this.state = "done";
      else if (character === END_OF_TEXT || character === END_OF_TRANSMISSION) this.state = "given up";
      else if (character === KILL_LINE) this.text = "";
      else if (BACKSPACES.includes(character)) this.text = [...this.text].slice(0, -1).join("");
      else if (this.text.length < CHARACTERS_MAX) this.text += character;
    }
  }
}
