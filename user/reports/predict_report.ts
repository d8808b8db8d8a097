import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import { dirname } from "node:path";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { DmlError } from "../../protocol/kernel/errors.ts";
import type { Candidate, Person, Prediction } from "../../protocol/messages/prediction.ts";
import { boxText } from "./box_text.ts";
import { type FindingTable, findingTable } from "./finding_table.ts";
import type { Input } from "../pictures/inputs.ts";
import type { PictureOutcome } from "../pictures/picture_run.ts";
import { failedRow, type PredictRow } from "./predict_row.ts";
import { type Column, counted, formatDuration, printable, renderTable, styled } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** The prediction of one picture. */
export interface PredictedPicture {
  /** Path of the annotated picture; `null` if none was written. */
  readonly annotatedFile: string | null;
  readonly prediction: Prediction;
}

export interface PredictReportOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** True for one JSON line a picture instead of a table. */
  readonly json: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: "image", shrinks: true },
  { title: "person", align: "right" },
  { title: "box" },
  { title: "score", align: "right" },
  { title: "name" },
  { title: "looks" },
];
/** Index of the last column, which is left out if all its cells are empty. */
const LOOKS = COLUMNS.length - 1;

/** Prints the predictions of a run on standard output: a JSON line each, or a table at the end. */
export class PredictReport {
  readonly failures: DmlError[] = [];
  readonly #options: PredictReportOptions;
  readonly #startedMs: number;
  #lastAddedMs: number;
  #columns = COLUMNS;
  #counted: FindingTable["counted"] = { noun: "person", count: 0 };
  readonly #rows: (readonly string[])[] = [];
  readonly #annotatedFiles: string[] = [];
  #answered = 0;
  readonly #notes: string[] = [];

  constructor(options: PredictReportOptions) {
    this.#options = options;
    this.#startedMs = options.clock.nowMs();
    this.#lastAddedMs = this.#startedMs;
  }

  /** Takes the next picture, in the order they were given. */
  add(outcome: PictureOutcome<{ readonly input: Input }, PredictedPicture>): void {
    const file = outcome.item.input.name;
    this.#lastAddedMs = this.#options.clock.nowMs();
    if (outcome.ok) {
      this.#answered++;
      if (outcome.result.annotatedFile) this.#annotatedFiles.push(outcome.result.annotatedFile);
    } else this.failures.push(outcome.failure);
    if (this.#options.json) {
      const line: PredictRow = outcome.ok ? { file, ok: true, ...outcome.result } : failedRow(file, outcome.failure);
      this.#options.terminal.out(jsonLine(line));
    } else if (outcome.ok) this.#addRows(file, outcome.result.prediction);
  }

  /** Adds the rows of one picture. All have the same columns, since one model served them. */
  #addRows(file: string, prediction: Prediction): void {
    const { columns, rows, counted } = findingTable(file, prediction) ?? tableOfPersons(file, prediction);
    this.#columns = columns;
    this.#notes.push(...(prediction.notes ?? []).map(({ text }) => `note: ${printable(file)}: ${printable(text)}\n`));
    this.#rows.push(...rows);
    this.#counted = counted && { ...counted, count: counted.count + (this.#counted?.count ?? 0) };
  }

  /** Number of pictures reported so far. */
  get reported(): number {
    return this.#answered + this.failures.length;
  }

  /** Prints the table and its summary, unless the rows were printed as JSON or there are none. */
  finish(): void {
    const { terminal, json } = this.#options;
    if (json || this.#answered === 0) return;
    const options = { columnsMax: terminal.outColumns, color: terminal.outColor };
    const isBare = this.#columns === COLUMNS && this.#rows.every((row) => row[LOOKS] === "");
    const kept = isBare ? LOOKS : this.#columns.length;
    terminal.out(renderTable(this.#columns.slice(0, kept), this.#rows.map((row) => row.slice(0, kept)), options));
    for (const note of this.#notes) terminal.out(note);
    const failed = this.failures.length;
    const parts = [
      counted(this.#answered, "picture"),
      ...(this.#counted === null ? [] : [counted(this.#counted.count, this.#counted.noun)]),
      ...(failed > 0 ? [`${failed} failed`] : []),
      formatDuration(this.#lastAddedMs - this.#startedMs),
    ];
    const summary = `${parts.join(", ")}${this.#whereAnnotated()}`;
    terminal.out(`${styled(summary, "bold", terminal.outColor)}\n`);
  }

  #whereAnnotated(): string {
    const [first, ...more] = this.#annotatedFiles;
    if (first === undefined) return "";
    if (more.length === 0) return ` -> ${printable(first)}`;
    const directory = dirname(first);
    return ` -> ${directory === "." ? "" : `${printable(directory)}/`}*.annotated.jpg`;
  }
}

function tableOfPersons(file: string, prediction: Prediction): FindingTable {
  const counted = { noun: "person", count: prediction.persons.length };
  return { columns: COLUMNS, rows: rowsOf(file, prediction), counted };
}

function rowsOf(file: string, { persons }: Prediction): string[][] {
  const image = printable(file);
  if (persons.length === 0) return [[image, "-", "", "", "nobody", ""]];
  return persons.map((person, index) => [
    image,
    `${index + 1}`,
    boxText(person.box),
    person.score.toFixed(3),
    nameOf(person),
    looksOf(person),
  ]);
}

/** Returns the attributes in one cell: `female, 34, happy, live`. */
function looksOf({ attributes: { age, gender, expression, liveness } = {} }: Person): string {
  const parts = [
    gender?.label,
    age === undefined ? undefined : `${Math.round(age)}`,
    expression?.label,
    liveness?.label,
  ];
  return parts.filter((part) => part !== undefined).map(printable).join(", ");
}

/**
 * Returns the verdict of the gallery; `-` if the face was not compared with it, `not human?` if it
 * may be none.
 */
function nameOf({ name, similarity, doubtful, recognition, candidates = [] }: Person): string {
  if (doubtful) return "not human?";
  if (name !== null) return withSimilarity(name, similarity);
  switch (recognition) {
    case undefined:
      return "-";
    case "poor_quality":
      return "poor quality";
    case "uncertain":
      return candidates.length === 0 ? "uncertain" : candidates.map(candidateOf).join(" or ");
    default:
      return recognition;
  }
}

function candidateOf({ name, similarity }: Candidate): string {
  return withSimilarity(`${name}?`, similarity);
}

function withSimilarity(name: string, similarity: number | null): string {
  return similarity === null ? printable(name) : `${printable(name)} (${similarity.toFixed(2)})`;
}
