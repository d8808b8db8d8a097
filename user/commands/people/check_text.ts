import type { FaceCheck, FaceFault } from "../../../models/gallery/check_faces.ts";
import type { GalleryListing } from "../../../protocol/http_api/people_api.ts";
import { type Column, printable, renderTable, styled } from "../../terminal/render.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { countedAs, namingText } from "./text.ts";

/** A face that is at fault, as it is reported. */
export interface FaceFinding extends FaceCheck {
  readonly source: string;
}

/** A person who was checked. */
export interface PersonFinding {
  readonly name: string;
  /** The faces that are at fault. */
  readonly faces: readonly FaceFinding[];
  /** The best faces of the person, best first. */
  readonly best: readonly Pick<FaceFinding, "faceId" | "source" | "ownSimilarity" | "quality">[];
}

/** Outcome of a check of enrolled faces. */
export interface PeopleCheck {
  /** Numbers of people and faces that were checked. */
  readonly people: number;
  readonly faces: number;
  /** The people with faces that are at fault. */
  readonly found: readonly PersonFinding[];
  /** The people whose best faces are named. */
  readonly best: readonly PersonFinding[];
}

const COLUMNS: readonly Column[] = [
  { title: "person" },
  { title: "face" },
  { title: "own", align: "right" },
  { title: "nearest other" },
  { title: "eye distance", align: "right" },
  { title: "sharpness", align: "right" },
  { title: "finding" },
  { title: "from", shrinks: true },
];

const FAULT_TEXTS: Readonly<Record<FaceFault, string>> = {
  unlike_own: "unlike the others",
  nearer_to_other: "nearer to another person",
  too_small: "too small",
  too_blurred: "too blurred",
};

/** Prints a table of the faces that are at fault, the best faces of their people, and a summary. */
export function printCheck(
  { people, faces, found, best }: PeopleCheck,
  { terminal, gallery }: { terminal: Terminal; gallery: GalleryListing },
): void {
  const of = `${countedAs(faces, "face", "faces")} of ${countedAs(people, "person", "people")}`;
  const by = `in ${gallery.name} version ${gallery.version}; ${namingText(gallery)}`;
  if (found.length === 0) {
    for (const person of best) terminal.out(`${printable(bestText(person))}\n`);
    terminal.out(`${styled(`No fault in ${of}`, "bold", terminal.outColor)} ${by}\n`);
    return;
  }
  const rows = found.flatMap(({ name, faces }) => faces.map((face) => rowOf(name, face)));
  terminal.out(renderTable(COLUMNS, rows, { columnsMax: terminal.outColumns, color: terminal.outColor }));
  for (const person of best) terminal.out(`${printable(bestText(person))}\n`);
  terminal.out(`${styled(`${rows.length} of ${of} should be looked at`, "bold", terminal.outColor)} ${by}\n`);
}

function rowOf(
  name: string,
  { faceId, ownSimilarity, other, faults, source, quality }: FaceFinding,
): string[] {
  return [
    printable(name),
    faceId,
    ownSimilarity === null ? "" : ownSimilarity.toFixed(2),
    other === null ? "" : printable(`${other.name} ${other.similarity.toFixed(2)}`),
    quality.eyeDistance.toFixed(1),
    quality.sharpness.toFixed(1),
    faults.map((fault) => FAULT_TEXTS[fault]).join(", "),
    printable(source),
  ];
}

function bestText({ name, best }: PersonFinding): string {
  if (best.length === 0) return `${name} has no face without a fault: enrol others.`;
  const faces = best.map(({ faceId, source, ownSimilarity, quality }) => {
    const likeness = ownSimilarity === null ? [] : [`own ${ownSimilarity.toFixed(2)}`];
    const eyes = `eyes ${quality.eyeDistance.toFixed(1)} px apart`;
    return `${faceId} (${[...(source === "" ? [] : [source]), ...likeness, eyes].join(", ")})`;
  });
  return `${name}'s best: ${faces.join(", ")}`;
}
