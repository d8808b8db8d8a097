import { dirname } from "node:path";
import type { Clock } from "../protocol/kernel/clock.ts";
import type { DmlError } from "../protocol/kernel/errors.ts";
import type { Candidate, Person, Prediction } from "../protocol/messages/prediction.ts";
import { failedLine, type PredictLine } from "./predict_line.ts";
import { ProgressBar } from "./progress_bar.ts";
import {
  type Column,
  counted,
  formatDuration,
  formatRate,
  printable,
  renderError,
  renderTable,
  styled,
} from "./render.ts";
import type { Terminal } from "./terminal.ts";

/** What became of one picture. */
export type Outcome =
  | {
    readonly file: string;
    readonly ok: true;
    /** Where its annotated picture was written. */
    readonly annotatedFile: string | null;
    readonly prediction: Prediction;
  }
  | {
    readonly file: string;
    readonly ok: false;
    readonly failure: DmlError;
    /** Not of this picture alone: said once, however many it strikes. */
    readonly isShared: boolean;
  };

const COLUMNS: readonly Column[] = [
  { title: "image", shrinks: true },
  { title: "person", align: "right" },
  { title: "box" },
  { title: "score", align: "right" },
  { title: "name" },
];

/** Tells what became of the pictures: a bar while they are looked at, then a table; or a JSON line each. */
export class PredictReport {
  readonly failures: DmlError[] = [];
  readonly #options: PredictReportOptions;
  readonly #bar: ProgressBar;
  readonly #startedMs: number;
  #settledMs: number;
  readonly #rows: string[][] = [];
  readonly #annotatedFiles: string[] = [];
  readonly #told = new Set<string>();
  #settledCount = 0;
  #settledFailures = 0;
  #answered = 0;
  #persons = 0;

  constructor(options: PredictReportOptions) {
    this.#options = options;
    this.#bar = new ProgressBar(options.terminal, options.clock);
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
      this.#persons += outcome.prediction.persons.length;
      if (outcome.annotatedFile) this.#annotatedFiles.push(outcome.annotatedFile);
    } else {
      this.failures.push(outcome.failure);
      this.#tell(outcome.failure, outcome.isShared ? null : outcome.file);
    }
    if (this.#options.json) {
      const line: PredictLine = outcome.ok ? outcome : failedLine(outcome.file, outcome.failure);
      this.#options.terminal.out(`${JSON.stringify(line)}\n`);
    } else if (outcome.ok) this.#rows.push(...rowsOf(outcome.file, outcome.prediction));
  }

  #tell(failure: DmlError, file: string | null): void {
    const { terminal } = this.#options;
    if (file === null && this.#told.has(failure.code)) return;
    if (file === null) this.#told.add(failure.code);
    const subject = file === null ? {} : { subject: file };
    terminal.error(renderError(failure, { color: terminal.errorColor, ...subject }));
  }

  /** Takes the bar away. */
  stop(): void {
    this.#bar.finish();
  }

  /** Prints the table and what it comes to. */
  finish(): void {
    const { terminal, json, total } = this.#options;
    if (json || this.#answered === 0) return;
    const options = { columnsMax: terminal.outColumns, color: terminal.outColor };
    terminal.out(renderTable(COLUMNS, this.#rows, options));
    const failed = total - this.#answered;
    const parts = [
      counted(this.#answered, "picture"),
      counted(this.#persons, "person"),
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

function rowsOf(file: string, { persons }: Prediction): string[][] {
  const image = printable(file);
  if (persons.length === 0) return [[image, "-", "", "", "nobody"]];
  return persons.map((person, index) => [
    image,
    `${index + 1}`,
    boxOf(person),
    person.score.toFixed(3),
    nameOf(person),
  ]);
}

function boxOf({ box: { x, y, width, height } }: Person): string {
  return `${Math.round(width)}x${Math.round(height)} at ${Math.round(x)},${Math.round(y)}`;
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
