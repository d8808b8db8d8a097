import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import type { DmlError } from "../../../protocol/kernel/errors.ts";
import { DEFAULT_MODEL } from "../../cli/flags.ts";
import { exitCodeOf } from "../../cli/exit.ts";
import { findAndTell } from "../../pictures/left_out.ts";
import { labelledPictures } from "../../pictures/labelled_pictures.ts";
import { largestFace } from "../../pictures/largest_face.ts";
import type { TestPeopleCommand } from "../../cli/people_command.ts";
import { type Score, Scoreboard, type Tally } from "./score.ts";
import { runPictures } from "../../pictures/picture_run.ts";
import { namingText } from "./text.ts";
import { type Column, printable, renderTable, styled } from "../../terminal/render.ts";
import type { PeopleContext } from "./context.ts";

const COLUMNS: readonly Column[] = [
  { title: "person", shrinks: true },
  { title: "pictures", align: "right" },
  { title: "correct", align: "right" },
  { title: "wrong name", align: "right" },
  { title: "unknown", align: "right" },
  { title: "uncertain", align: "right" },
  { title: "poor", align: "right" },
  { title: "no face", align: "right" },
  { title: "failed", align: "right" },
];

/** Measures the recognition of a gallery on labelled pictures. Returns the exit code. */
export async function runTestPeople(command: TestPeopleCommand, context: PeopleContext): Promise<number> {
  const { gallery, directory, anyAngle, json } = command;
  const { terminal, cluster, signal } = context;
  const pictures = await findAndTell(terminal, (leftOut) => labelledPictures(directory, { leftOut }));
  const keeper = new Scoreboard(await namesOf(gallery, context));
  const turned = anyAngle ? { anyAngle } : {};
  const options = { model: DEFAULT_MODEL, annotate: false, embeddings: false, gallery, ...turned, signal };
  const outcomes = runPictures(pictures, {
    ...context,
    concurrency: command.concurrency,
    work: async (bytes) => (await cluster.predict(bytes, options)).prediction,
  });
  const failures: DmlError[] = [];
  let version: number | null = null;
  for await (const outcome of outcomes) {
    const { item: { name: expected, input: { name: file } } } = outcome;
    if (outcome.ok) {
      keeper.add({ expected, file }, largestFace(outcome.result.persons));
      version = outcome.result.gallery?.version ?? version;
    } else {
      keeper.fail(expected);
      failures.push(outcome.failure);
    }
  }
  const score = keeper.score();
  const { thresholds, thresholdsOrigin } = await context.people.gallery(gallery);
  if (json) terminal.out(jsonLine({ gallery, version, thresholds, thresholdsOrigin, ...score }));
  else {printScore(score, {
      ...context,
      of: ofText(gallery, version),
      naming: namingText({ thresholds, thresholdsOrigin }),
    });}
  return exitCodeOf(failures, { tried: pictures.length });
}

async function namesOf(gallery: string, { people }: PeopleContext): Promise<Set<string>> {
  const names = new Set<string>();
  for (let after: string | null = null;;) {
    const page: Awaited<ReturnType<typeof people.people>> = await people.people(gallery, after);
    for (const { name } of page.people) names.add(name);
    if (page.next === null) return names;
    after = page.next;
  }
}

function printScore(
  { people, total, accuracy, confusions }: Score,
  { terminal, of, naming }: PeopleContext & { of: string; naming: string },
): void {
  const rows = people.map(({ name, enrolled, ...tally }) => rowOf(enrolled ? name : `${name} (not enrolled)`, tally));
  const options = { columnsMax: terminal.outColumns, color: terminal.outColor };
  terminal.out(renderTable(COLUMNS, [...rows, rowOf("all", total)], options));
  for (const { expected, named, files } of confusions) {
    const list = files.slice(0, 3).join(", ") + (files.length > 3 ? ", …" : "");
    const often = files.length === 1 ? "once" : `${files.length} times`;
    terminal.out(`${printable(`${expected} was taken for ${named} ${often}: ${list}`)}\n`);
  }
  const share = accuracy === null ? "nothing was looked at" : `${(accuracy * 100).toFixed(1)} % correct`;
  terminal.out(`${styled(`${share}, by ${of}`, "bold", terminal.outColor)}; ${naming}\n`);
}

function ofText(gallery: string, version: number | null): string {
  return version === null ? gallery : `${gallery} version ${version}`;
}

function rowOf(name: string, tally: Tally): string[] {
  const { pictures, correct, wrong, unknown, uncertain, poorQuality, noFace, failed } = tally;
  return [printable(name), ...[pictures, correct, wrong, unknown, uncertain, poorQuality, noFace, failed].map(String)];
}
