import { dirname } from "node:path";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { DmlError } from "../../protocol/kernel/errors.ts";
import type { Candidate, Person, Prediction } from "../../protocol/messages/prediction.ts";
import { boxText } from "./box_text.ts";
import { FailureReport } from "../pictures/failure_report.ts";
import { type FindingTable, findingTable } from "./finding_table.ts";
import { failedRow, type PredictRow } from "./predict_row.ts";
import { ProgressBar } from "../terminal/progress_bar.ts";
import {
  type Column,
  counted,
  formatDuration,
  formatRate,
  printable,
  renderTable,
  styled,
} from "../terminal/render.ts";
import type { Struck } from "../pictures/shared_failure.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** What became of one picture. */
export type Outcome =
  | {
    readonly file: string;
    readonly ok: true;
    /** Where its annotated picture was written. */
    readonly annotatedFile: string | null;
    readonly prediction: Prediction;
  }
  | Struck & { readonly file: string; readonly ok: false };

const COLUMNS: readonly Column[] = [
  { title: "image", shrinks: true },
  { title: "person", align: "right" },
  { title: "box" },
  { title: "score", align: "right" },
  { title: "name" },
  { title: "looks" },
];
/** Left out when there is nothing in it. */
const LOOKS = COLUMNS.length - 1;

/** Tells what became of the pictures: a bar while they are looked at, then a table; or a JSON line each. */
export class PredictReport {
  readonly failures: DmlError[] = [];
  readonly #options: PredictReportOptions;
  readonly #bar: ProgressBar;
  readonly #startedMs: number;
  #settledMs: number;
  #columns = COLUMNS;
  #counted: FindingTable["counted"] = { noun: "person", count: 0 };
  readonly #rows: (readonly string[])[] = [];
  readonly #annotatedFiles: string[] = [];
  readonly #failureReport: FailureReport;
  #settledCount = 0;
  #settledFailures = 0;
  #answered = 0;

  constructor(options: PredictReportOptions) {
    this.#options = options;
    this.#bar = new ProgressBar(options.terminal, options.clock);
    this.#failureReport = new FailureReport(options.terminal);
    this.#startedMs = options.clock.nowMs();
    this.#settledMs = this.#startedMs;
  }

  /** Moves the bar; in whatever order pictures are done. */
  settled(outcome: Outcome): void {
    const { total, progress, clock } = this.#options;
    this.#settledCount++;
    this.#settledMs = clock.nowMs();
    if (!outcome.ok) this.#settledFailures++;
    if (!progress || total < 2) return;
    const seconds = Math.max(0.001, (this.#settledMs - this.#startedMs) / 1_000);
    const failed = this.#settledFailures > 0 ? `, ${this.#settledFailures} failed` : "";
    const rate = formatRate(this.#settledCount / seconds);
    this.#bar.update(
      this.#settledCount / total,
      `${this.#settledCount}/${total} pictures, ${rate}${failed}`,
    );
  }

  /** Takes the next picture in the order they were given. */
  add(outcome: Outcome): void {
    if (outcome.ok) {
      this.#answered++;
      if (outcome.annotatedFile) this.#annotatedFiles.push(outcome.annotatedFile);
    } else {
      this.failures.push(outcome.failure);
      this.#failureReport.tell(outcome, outcome.file);
    }
    if (this.#options.json) {
      const line: PredictRow = outcome.ok ? outcome : failedRow(outcome.file, outcome.failure);
      this.#options.terminal.out(`${JSON.stringify(line)}\n`);
    } else if (outcome.ok) this.#addRows(outcome);
  }

  /** All pictures are looked at by one model, so all have the same columns. */
  #addRows({ file, prediction }: Extract<Outcome, { ok: true }>): void {
    const { columns, rows, counted } = findingTable(file, prediction) ?? tableOfPersons(file, prediction);
    this.#columns = columns;
    this.#rows.push(...rows);
    this.#counted = counted && { ...counted, count: counted.count + (this.#counted?.count ?? 0) };
  }

  /** Takes the bar away. */
  stop(): void {
    this.#bar.finish();
  }

  /** How many pictures were told of. */
  get told(): number {
    return this.#answered + this.failures.length;
  }

  /** Names what was left undone; prints the table and what it comes to. */
  finish(): void {
    const { terminal, json, total } = this.#options;
    this.#failureReport.finish(total);
    if (json || this.#answered === 0) return;
    const options = { columnsMax: terminal.outColumns, color: terminal.outColor };
    const isBare = this.#columns === COLUMNS && this.#rows.every((row) => row[LOOKS] === "");
    const kept = isBare ? LOOKS : this.#columns.length;
    terminal.out(renderTable(this.#columns.slice(0, kept), this.#rows.map((row) => row.slice(0, kept)), options));
    const failed = total - this.#answered;
    const parts = [
      counted(this.#answered, "picture"),
      ...(this.#counted === null ? [] : [counted(this.#counted.count, this.#counted.noun)]),
      ...(failed > 0 ? [`${failed} failed`] : []),
      formatDuration(this.#settledMs - this.#startedMs),
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

export interface PredictReportOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly json: boolean;
  readonly progress: boolean;
  /** Pictures that were asked for. */
  readonly total: number;
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

/** `female, 34, happy, live`. */
function looksOf({ attributes: { age, gender, expression, liveness } = {} }: Person): string {
  const parts = [
    gender?.label,
    age === undefined ? undefined : `${Math.round(age)}`,
    expression?.label,
    liveness?.label,
  ];
  return parts.filter((part) => part !== undefined).map(printable).join(", ");
}

/** What the gallery says; of a face that was compared with nobody, nothing. */
function nameOf({ name, similarity, recognition, candidates = [] }: Person): string {
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
