import { DmlError } from "../../protocol/kernel/errors.ts";
import type { CliCommand } from "../cli/command.ts";
import type { RmCommand } from "../cli/files/file_commands.ts";
import type { RemoveCommand } from "../cli/people_command.ts";
import { LineReader } from "../terminal/line_reader.ts";
import { printable } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** A question before something is destroyed. */
export interface Question {
  /** Sentence that says what will be gone. */
  readonly loss: string;
  /** Word that must be typed; `null` if yes is enough. */
  readonly word: string | null;
}

/** Returns the question before `command`; `null` if it destroys nothing, or `--yes` answers it. */
export function questionBefore(command: CliCommand): Question | null {
  switch (command.verb) {
    case "people":
      if (command.subVerb === "merge" && !command.yes) {
        const { name, from, gallery } = command;
        return sure(`All faces of ${from} become faces of ${name}, and ${from} is gone from the gallery ${gallery}.`);
      }
      if (command.subVerb === "trash" && command.empty && !command.yes) {
        return sure(`What was removed from the gallery ${command.gallery} is gone for good.`);
      }
      if (command.subVerb !== "remove" || command.yes) return null;
      return removal(command);
    case "models":
      if (command.action !== "remove" || command.yes) return null;
      return sure(`${command.version} is gone from the master and every node.`);
    case "nodes":
      if (command.action !== "judge" || command.decision !== "remove" || command.yes) return null;
      return sure(`${command.node} is put out at once, and its key is refused until \`dml nodes restore\`.`);
    case "rm": {
      if (command.dryRun || command.yes) return null;
      const paths = command.places.map(({ path }) => path).join(", ");
      const below = command.isRecursive ? ", with all that is in it" : "";
      return sure(`${paths} is gone from ${nodesText(command.places)}${below}. Nothing brings this back.`);
    }
    default:
      return null;
  }
}

function removal({ name, faceId, gallery, now }: RemoveCommand): Question {
  const after = now ? " Nothing brings this back." : "";
  if (name === null) {
    return { loss: `Everybody in the gallery ${gallery} is gone, with all faces.${after}`, word: gallery };
  }
  if (faceId !== null) return sure(`${faceId} of ${name} is gone from the gallery ${gallery}.${after}`);
  return sure(`${name} is gone from the gallery ${gallery}, with all faces.${after}`);
}

function nodesText(places: RmCommand["places"]): string {
  const names = places.map(({ targets }) => {
    if (targets.kind === "nodes") return targets.names.join(", ");
    return targets.kind === "all" ? "every node" : `every node with ${targets.labels.join(" and ")}`;
  });
  return [...new Set(names)].join(" and ");
}

function sure(loss: string): Question {
  return { loss, word: null };
}

/** The person who can be asked. */
export interface Asked {
  readonly terminal: Pick<Terminal, "error">;
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** True if `stdin` is a terminal. */
  readonly isInteractive: boolean;
  readonly signal: AbortSignal;
}

/**
 * Asks `question` and returns if the answer is yes. Throws `interrupted` if it is not, and `usage`
 * if nobody can answer.
 */
export async function askConsent({ loss, word }: Question, asked: Asked): Promise<void> {
  const { terminal, stdin, isInteractive, signal } = asked;
  if (!isInteractive) {
    throw new DmlError("usage", `Nothing was changed, because nobody can be asked: ${loss}`, {
      advice: "Say --yes if that is what you want.",
    });
  }
  terminal.error(`${printable(loss)} ${word === null ? "Go on? [y/N]" : `Type ${printable(word)} to go on:`} `);
  const lines = new LineReader(stdin);
  try {
    const answer = (await lines.next(signal))?.trim() ?? "";
    if (word === null ? /^y(es)?$/i.test(answer) : answer === word) return;
  } finally {
    await lines.close();
  }
  throw new DmlError("interrupted", "Nothing was changed.", { advice: "Run it again to answer otherwise." });
}
