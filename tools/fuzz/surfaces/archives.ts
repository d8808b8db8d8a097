import {
  type BackupEnd,
  backupHeader,
  BackupLines,
  type BackupPart,
  readBackup,
} from "../../../protocol/http_api/backup_archive.ts";
import { concat } from "../../../protocol/kernel/concat.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import { BackupKey } from "../../../protocol/security/backup_key.ts";
import { archiveOf, PeopleFixture } from "../../../tests/master/people/people_fixture.ts";
import type { Dice } from "../dice.ts";
import { mutateBytes } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import { ACCEPTED, type Surface, type World } from "../surface.ts";

const PEOPLE = ["Ada", "Zoë"].flatMap((name) => [1, 3].map((faces) => archiveOf(name, faces).trimEnd().split("\n")));
const KEY = BackupKey.parse(`dmlk_${"0".repeat(52)}`);
const LAST_LINE_BYTES = new BackupLines(KEY).end({ damaged: 0 }).length;
const REFUSALS: readonly ErrorCode[] = ["archive_invalid", "galleries_full", "gallery_unfit"];

/** Archives of people as they are imported, and backups of a master as they are restored. */
export const ARCHIVES: Surface = {
  name: "archives",
  what: "archives of people, and backups",
  casesPerWorld: 50,
  open: () => Promise.resolve(new ArchivesWorld()),
};

class ArchivesWorld implements World {
  readonly #fixture = new PeopleFixture();

  async run(dice: Dice): Promise<string> {
    return dice.oneIn(4) ? await readMutatedBackup(dice) : await this.#import(dice);
  }

  async #import(dice: Dice): Promise<string> {
    const text = archiveFrom(dice);
    dice.note(() => text.slice(0, 4_000));
    try {
      await this.#fixture.people.import("staff", text);
      // An archive without faces makes no gallery.
      if (this.#fixture.people.galleries().length > 0) await Array.fromAsync(this.#fixture.people.export("staff"));
      return ACCEPTED;
    } catch (error) {
      if (error instanceof DmlError && REFUSALS.includes(error.code)) return error.code;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fixture[Symbol.asyncDispose]();
  }
}

function archiveFrom(dice: Dice): string {
  let lines = dice.pick(PEOPLE).slice();
  for (let left = 1 + dice.below(3); left > 0; left--) {
    const place = dice.below(lines.length);
    lines = dice.pick<() => string[]>([
      () => lines.with(place, JSON.stringify(mutateJson(JSON.parse(lines[place]), dice))),
      () => lines.with(place, JSON.stringify(mutateJson(JSON.parse(lines[place]), dice))),
      () => lines.toSpliced(place, 1),
      () => lines.toSpliced(place, 0, dice.pick(dice.pick(PEOPLE))),
    ])();
    if (lines.length === 0) return "";
    if (dice.oneIn(10)) {
      return new TextDecoder().decode(mutateBytes(new TextEncoder().encode(`${lines.join("\n")}\n`), dice));
    }
  }
  return `${lines.join("\n")}\n`;
}

function wholeBackup(): Uint8Array<ArrayBuffer> {
  const lines = new BackupLines(KEY);
  const pieces = [lines.header(backupHeader({ version: "0.1.0", createdMs: 1 }))];
  for (const part of ["secrets", "ledger.sqlite", "people.sqlite", "blob"] as const) {
    const bytes = new TextEncoder().encode(`the bytes of ${part}`);
    pieces.push(lines.part({ part, size: bytes.length, digest: digestOf(bytes) } satisfies BackupPart), bytes);
  }
  return concat([...pieces, lines.end({ damaged: 0 })]);
}

async function readMutatedBackup(dice: Dice): Promise<string> {
  const whole = wholeBackup();
  const bytes = dice.oneIn(20) ? whole : mutateBytes(whole, dice);
  dice.note(() => new TextDecoder().decode(bytes));
  const chunk = 1 + dice.below(bytes.length);
  async function* chunks() {
    for (let start = 0; start < bytes.length; start += chunk) yield bytes.subarray(start, start + chunk);
  }
  let end: BackupEnd;
  try {
    const visitor = {
      part: async (_: BackupPart, part: AsyncIterable<Uint8Array>) => void await Array.fromAsync(part),
    };
    end = await readBackup(chunks(), { key: KEY, visitor });
  } catch (error) {
    if (error instanceof DmlError && error.code === "backup_invalid") return error.code;
    throw error;
  }
  // The last line holds the seal of all others, and may be spelled in another way.
  const isWhole = whole.subarray(0, whole.length - LAST_LINE_BYTES).every((byte, at) => byte === bytes[at]);
  if (!isWhole || end.damaged !== 0 || end.parts !== 4) throw new Error("A changed backup was taken for a whole one.");
  return ACCEPTED;
}
