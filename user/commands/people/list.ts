import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import type { PersonEntry } from "../../../protocol/http_api/people_api.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import type { ListPeopleCommand, ShowPersonCommand } from "../../cli/people_command.ts";
import { countedAs, dayOf, namingText, reembeddingText, thresholdsText } from "./text.ts";
import { type Column, printable, renderTable } from "../../terminal/render.ts";
import type { PeopleContext } from "./context.ts";

const PEOPLE_COLUMNS: readonly Column[] = [
  { title: "person", shrinks: true },
  { title: "faces", align: "right" },
  { title: "rejected", align: "right" },
  { title: "since" },
  { title: "noted" },
];
const GALLERY_COLUMNS: readonly Column[] = [
  { title: "gallery" },
  { title: "version", align: "right" },
  { title: "people", align: "right" },
  { title: "faces", align: "right" },
  { title: "rejected", align: "right" },
  { title: "changed" },
];
const FACE_COLUMNS: readonly Column[] = [
  { title: "face" },
  { title: "kind" },
  { title: "eye distance", align: "right" },
  { title: "sharpness", align: "right" },
  { title: "since" },
  { title: "from", shrinks: true },
];

/** Lists the people of a gallery, or the galleries. */
export async function runListPeople(command: ListPeopleCommand, context: PeopleContext): Promise<number> {
  if (command.galleries) return await listGalleries(command, context);
  const { terminal, people } = context;
  const rows: string[][] = [];
  let after: string | null = null;
  do {
    const page: { people: PersonEntry[]; next: string | null } = await people.people(command.gallery, after);
    for (const person of page.people) {
      if (command.json) terminal.out(jsonLine(person));
      else rows.push(rowOf(person));
    }
    after = page.next;
  } while (after !== null);
  if (command.json) return EXIT_OK;
  const options = { columnsMax: terminal.outColumns, color: terminal.outColor };
  terminal.out(renderTable(PEOPLE_COLUMNS, rows, options));
  const naming = namingText(await people.gallery(command.gallery));
  terminal.out(`${countedAs(rows.length, "person", "people")} in ${command.gallery}; ${naming}\n`);
  return EXIT_OK;
}

async function listGalleries({ json }: ListPeopleCommand, { terminal, people }: PeopleContext): Promise<number> {
  const galleries = await people.galleries();
  if (json) {
    for (const gallery of galleries) terminal.out(jsonLine(gallery));
    return EXIT_OK;
  }
  if (galleries.length === 0) {
    terminal.out("Nobody is enrolled yet; `dml people enroll NAME IMG...` begins.\n");
    return EXIT_OK;
  }
  const rows = galleries.map(({ name, version, people, enrolledFaces, rejectedFaces, changedMs }) => [
    name,
    `${version}`,
    `${people}`,
    `${enrolledFaces}`,
    `${rejectedFaces}`,
    dayOf(changedMs),
  ]);
  terminal.out(renderTable(GALLERY_COLUMNS, rows, { columnsMax: terminal.outColumns, color: terminal.outColor }));
  for (const gallery of galleries) {
    terminal.out(`${gallery.name}: ${thresholdsText(gallery)}\n`);
    const progress = reembeddingText(gallery);
    if (progress !== null) terminal.out(`${progress}\n`);
  }
  return EXIT_OK;
}

/** Shows one person with every face. */
export async function runShowPerson(command: ShowPersonCommand, context: PeopleContext): Promise<number> {
  const { terminal, people } = context;
  const detail = await people.person(command);
  const { thresholds, thresholdsOrigin } = await people.gallery(command.gallery);
  if (command.json) {
    terminal.out(jsonLine({ ...detail, thresholds, thresholdsOrigin }));
    return EXIT_OK;
  }
  const { person, faces } = detail;
  const rows = faces.map(({ faceId, kind, quality, createdMs, source }) => [
    faceId,
    kind,
    quality.eyeDistance.toFixed(1),
    quality.sharpness.toFixed(1),
    dayOf(createdMs),
    printable(source),
  ]);
  terminal.out(`${printable(person.name)} in ${command.gallery}, since ${dayOf(person.createdMs)}\n`);
  for (const [key, value] of Object.entries(person.metadata)) terminal.out(`  ${key}: ${printable(value)}\n`);
  terminal.out(renderTable(FACE_COLUMNS, rows, { columnsMax: terminal.outColumns, color: terminal.outColor }));
  terminal.out(`${command.gallery}: ${namingText({ thresholds, thresholdsOrigin })}\n`);
  return EXIT_OK;
}

function rowOf({ name, enrolled, rejected, createdMs, metadata }: PersonEntry): string[] {
  const noted = Object.entries(metadata).map(([key, value]) => `${key}=${value}`).join(", ");
  return [printable(name), `${enrolled}`, `${rejected}`, dayOf(createdMs), printable(noted)];
}
