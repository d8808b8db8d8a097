import { DmlError } from "../../../protocol/kernel/errors.ts";
import {
  ARCHIVE_LINE_CHARACTERS_MAX,
  type ArchivedPerson,
  type ArchiveHeader,
  ArchiveReader,
  encodeArchiveLine,
} from "../../../protocol/http_api/people_archive.ts";

/** Approximate size of one request, in characters. */
const PART_CHARACTERS = 4 * 1024 * 1024;

/**
 * Splits the lines of one archive into several archives, each small enough for one request. A
 * person whose faces do not fit into one is continued in the next. Throws `archive_invalid` at the
 * first invalid line.
 */
export async function* archiveParts(
  lines: AsyncIterable<string>,
  options: { partCharacters?: number } = {},
): AsyncGenerator<string> {
  const { partCharacters = PART_CHARACTERS } = options;
  const reader = new ArchiveReader();
  let part: Part | null = null;
  for await (const text of lines) {
    if (text === "") continue;
    const line = reader.read(text);
    if ("header" in line) part = new Part(line.header);
    else if (part !== null && "person" in line) {
      if (part.characters >= partCharacters) yield part.finish();
      part.beginPerson(line.person);
    } else if (part !== null && "face" in line) {
      if (part.characters + text.length > partCharacters && part.faces > 0) {
        yield part.finish();
        part.continuePerson();
      }
      part.add(encodeArchiveLine(line));
    }
  }
  reader.finish();
  if (part !== null) yield part.finish();
}

/** Builder of one part; `finish` returns the part and begins the next. */
class Part {
  readonly #header: ArchiveHeader;
  #person: ArchivedPerson | null = null;
  #text: string[] = [];
  #people = 0;
  faces = 0;
  characters = 0;

  constructor(header: ArchiveHeader) {
    this.#header = header;
  }

  beginPerson(person: ArchivedPerson): void {
    this.#person = person;
    this.continuePerson();
  }

  /**
   * Adds the current person to the part; the next part repeats them before the rest of their faces.
   */
  continuePerson(): void {
    if (this.#person === null) return;
    this.#push(encodeArchiveLine({ person: this.#person }));
    this.#people++;
  }

  add(face: string): void {
    this.#push(face);
    this.faces++;
  }

  finish(): string {
    const end = encodeArchiveLine({ end: { people: this.#people, faces: this.faces } });
    const text = [encodeArchiveLine({ header: this.#header }), ...this.#text, end].join("");
    [this.#text, this.#people, this.faces, this.characters] = [[], 0, 0, 0];
    return text;
  }

  #push(line: string): void {
    this.#text.push(line);
    this.characters += line.length;
  }
}

/**
 * Yields the lines of a UTF-8 stream. Throws `archive_invalid` for a line that is longer than any
 * line of an archive: the file may not be an archive at all.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > ARCHIVE_LINE_CHARACTERS_MAX) {
      throw new DmlError("archive_invalid", "The file contains a line that is longer than any line of an archive.");
    }
    yield* lines;
  }
  if (rest !== "") yield rest;
}
