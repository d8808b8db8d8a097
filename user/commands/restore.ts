import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { BackupKey } from "../../protocol/security/backup_key.ts";
import type { RestoreCommand } from "../cli/access/access_command.ts";
import { EXIT_OK } from "../cli/exit.ts";
import { printable } from "../terminal/render.ts";
import { askSecret, type SecretPrompt } from "../terminal/secret_prompt.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Ports and settings of `dml restore`. */
export interface RestoreContext extends Omit<SecretPrompt, "terminal"> {
  readonly terminal: Terminal;
  readonly isInteractive: boolean;
  readonly home: string;
  /** Puts the master of a backup into a data directory. */
  readonly restore: (
    chunks: AsyncIterable<Uint8Array>,
    options: { home: string; key: BackupKey },
  ) => Promise<{ createdMs: number; blobs: number; damaged: number }>;
}

/** Restores a master from a file, with the key that somebody types. Returns the exit code. */
export async function runRestore(
  { file, json }: Pick<RestoreCommand, "file" | "json">,
  context: RestoreContext,
): Promise<number> {
  const { terminal, home, restore, stdin, isInteractive } = context;
  using source = await open(file);
  const text = isInteractive ? await askSecret("Key of the backup: ", context) : await firstLine(stdin);
  const restored = await restore(source.readable, { home, key: BackupKey.parse(text) });
  if (json) terminal.out(jsonLine({ home, ...restored }));
  else {
    const made = new Date(restored.createdMs).toISOString();
    terminal.out(`The master of ${made} is in ${printable(home)}; start it with \`dml serve\` as before.\n`);
    if (restored.damaged > 0) terminal.out(`${restored.damaged} damaged files were left out of this backup.\n`);
  }
  return EXIT_OK;
}

async function open(file: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(file);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new DmlError("file_not_found", `There is no file ${file}.`, { cause });
    }
    throw new DmlError("file_unreadable", `${file} cannot be read.`, { cause });
  }
}

async function firstLine(stdin: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const chunk of stdin.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n") || text.length > 1_024) break;
  }
  return text.split("\n")[0];
}
