import { escapedJson, jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { dirname, join } from "node:path";
import type { ImportAnswer } from "../../../protocol/http_api/people_api.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { newId } from "../../../protocol/kernel/id.ts";
import { ArchiveReader } from "../../../protocol/http_api/people_archive.ts";
import { archiveParts, linesOf } from "./archive_parts.ts";
import { EXIT_OK, EXIT_SOME_FAILED } from "../../cli/exit.ts";
import { fileReason } from "../../terminal/file_reason.ts";
import type { ExportCommand, ImportCommand } from "../../cli/people_command.ts";
import { countedAs, inForceText } from "./text.ts";
import { ProgressBar } from "../../terminal/progress_bar.ts";
import { printable } from "../../terminal/render.ts";
import type { PeopleContext } from "./context.ts";

/**
 * Exports a gallery to a file or to standard output. The file gets its name only when it is
 * complete.
 */
export async function runExport(command: ExportCommand, context: PeopleContext): Promise<number> {
  const { gallery, file, json } = command;
  const { terminal, people, random } = context;
  const check = new ArchiveCheck();
  if (file === null) {
    const decoder = new TextDecoder();
    // deno-lint-ignore require-await -- so that what it throws becomes a rejection
    await people.export(gallery, async (chunk) => {
      check.take(chunk);
      terminal.out(escapedJson(decoder.decode(chunk, { stream: true })));
    });
    check.finish();
    return EXIT_OK;
  }
  const temporary = join(dirname(file), `.${newId("part", random)}`);
  try {
    // Readable by the owner only, because it contains faces.
    using out = await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 });
    const writer = out.writable.getWriter();
    await people.export(gallery, async (chunk) => {
      check.take(chunk);
      await writer.write(chunk);
    });
    await writer.close();
    check.finish();
    await Deno.rename(temporary, file);
  } catch (error) {
    await removeQuietly(temporary);
    if (error instanceof DmlError) throw error;
    throw new DmlError("output_unwritable", `${file} cannot be written: ${fileReason(error)}.`, {
      cause: error,
      advice: "Name a file in a directory that can be written.",
    });
  }
  const { people: count, faces, lost } = check;
  if (json) terminal.out(jsonLine({ gallery, file, people: count, faces, ...(lost > 0 ? { facesLost: lost } : {}) }));
  else {
    const sentence = `${countedAs(count, "person", "people")} with ${countedAs(faces, "face", "faces")}`;
    terminal.out(`${sentence} of ${gallery} -> ${printable(file)}\n`);
  }
  if (lost > 0) {
    const sentence = `${countedAs(lost, "face", "faces")} left out: the crops on the master are damaged or missing`;
    terminal.error(`${sentence}; its log names them.\n`);
  }
  return lost > 0 ? EXIT_SOME_FAILED : EXIT_OK;
}

/**
 * Imports an exported file part by part. After an error the imported parts stay, and another import
 * completes them.
 */
export async function runImport(command: ImportCommand, context: PeopleContext): Promise<number> {
  const { gallery, file, json } = command;
  const { terminal, people, clock, progress } = context;
  const total = { peopleAdded: 0, facesAdded: 0, facesKnown: 0, facesLost: 0 };
  let inForce: ImportAnswer["inForce"] = null;
  const bar = new ProgressBar(terminal, clock);
  const source = await openSource(file);
  try {
    let taken = 0;
    for await (const part of archiveParts(linesOf(source.chunks))) {
      const bytes = new TextEncoder().encode(part);
      const answer = await people.import(gallery, bytes);
      total.peopleAdded += answer.peopleAdded;
      total.facesAdded += answer.facesAdded;
      total.facesKnown += answer.facesKnown;
      total.facesLost += answer.facesLost;
      inForce = answer.inForce ?? inForce;
      taken += bytes.length;
      if (progress) bar.update(taken / Math.max(taken, source.size), `${countedAs(total.facesAdded, "face", "faces")}`);
    }
  } finally {
    bar.finish();
  }
  if (json) terminal.out(jsonLine({ gallery, file, ...total, inForce }));
  else terminal.out(`${importText(total)}${inForce === null ? "" : `; ${inForceText(gallery, inForce)}`}\n`);
  return EXIT_OK;
}

function importText({ peopleAdded, facesAdded, facesKnown, facesLost }: Omit<ImportAnswer, "inForce">): string {
  return [
    `${countedAs(peopleAdded, "person", "people")} and ${countedAs(facesAdded, "face", "faces")} added`,
    ...(facesKnown > 0 ? [`${facesKnown} there already`] : []),
    ...(facesLost > 0 ? [`${facesLost} left out, for no face is found in their crops`] : []),
  ].join(", ");
}

async function openSource(file: string): Promise<{ size: number; chunks: AsyncIterable<Uint8Array> }> {
  try {
    const opened = await Deno.open(file);
    const { size } = await opened.stat();
    return { size, chunks: opened.readable };
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new DmlError("file_not_found", `There is no file ${file}.`, { cause });
    }
    throw new DmlError("file_unreadable", `${file} cannot be read.`, { cause });
  }
}

async function removeQuietly(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Parses an archive on its way to the file, so that a truncated one is noticed. */
class ArchiveCheck {
  people = 0;
  faces = 0;
  lost = 0;
  readonly #reader = new ArchiveReader();
  readonly #decoder = new TextDecoder();
  #rest = "";

  take(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const text of lines) {
      const line = this.#reader.read(text);
      if ("end" in line) ({ people: this.people, faces: this.faces, lost: this.lost = 0 } = line.end);
    }
  }

  finish(): void {
    this.#reader.finish();
  }
}
