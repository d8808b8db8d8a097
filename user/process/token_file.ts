import { resolve } from "node:path";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { CliCommand } from "../cli/command.ts";
import { STANDARD_INPUT, type TokenChoice } from "../cli/access/master_choice.ts";
import { fileReason } from "../terminal/file_reason.ts";

/** Size limit of the first line of a file with a token. */
const CHARACTERS_MAX = 4_096;

/** Returns the path of the file with the command's token; `null` if there is none to read. */
export function tokenFileOf(command: CliCommand): string | null {
  const { tokenFile = null } = choiceIn(command) ?? {};
  return tokenFile;
}

/**
 * Returns `command` with the token that its file or standard input holds. Throws `file_not_found`,
 * `file_unreadable` or `usage`.
 */
export async function withToken(
  command: CliCommand,
  { currentDirectory, stdin }: { currentDirectory: string; stdin: ReadableStream<Uint8Array<ArrayBuffer>> },
): Promise<CliCommand> {
  const file = tokenFileOf(command);
  // `login` asks for the token by itself if its standard input is a terminal.
  if (file === null || (command.verb === "login" && file === STANDARD_INPUT)) return command;
  const text = file === STANDARD_INPUT ? await firstLine(stdin) : await readFile(resolve(currentDirectory, file), file);
  const token = tokenIn(text, file === STANDARD_INPUT ? "standard input" : file);
  if (command.verb !== "service") return { ...command, token } as CliCommand;
  const { roleCommand } = command;
  return roleCommand?.verb === "join" ? { ...command, roleCommand: { ...roleCommand, token } } : command;
}

/** Returns the token in the first line of `text`. Throws `usage`, naming `where`, without one. */
export function tokenIn(text: string, where: string): string {
  const token = text.split("\n", 1)[0].trim();
  if (token !== "" && token.length <= CHARACTERS_MAX && !/\s/.test(token)) return token;
  const fault = token === "" ? "is empty" : "holds something else than a token";
  throw new DmlError("usage", `The first line of ${where} ${fault}.`, { advice: "Put the token alone into it." });
}

/** Returns the first line of `stream`, or all of it if it has none. */
export async function firstLine(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("\n") || text.length > CHARACTERS_MAX) break;
  }
  return text;
}

function choiceIn(command: CliCommand): Partial<TokenChoice> | null {
  if (command.verb === "service") return command.roleCommand?.verb === "join" ? command.roleCommand : null;
  return "tokenFile" in command ? command : null;
}

async function readFile(path: string, name: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    const isMissing = cause instanceof Deno.errors.NotFound;
    const sentence = isMissing ? `There is no file ${name}.` : `${name} cannot be read: ${fileReason(cause)}.`;
    throw new DmlError(isMissing ? "file_not_found" : "file_unreadable", sentence, { cause });
  }
}
