import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { basename } from "node:path";
import type { EnrolAnswer } from "../../../protocol/http_api/people_api.ts";
import type { DmlError } from "../../../protocol/kernel/errors.ts";
import { exitCodeOf } from "../../cli/exit.ts";
import { findInputs } from "../../pictures/inputs.ts";
import { findAndTell, type LeftOut } from "../../pictures/left_out.ts";
import { type LabelledPicture, labelledPictures } from "../../pictures/labelled_pictures.ts";
import type { EnrollCommand, RejectCommand } from "../../cli/people_command.ts";
import { countedAs, inForceText } from "./text.ts";
import { type PictureOutcome, runPictures } from "../../pictures/picture_run.ts";
import { printable, styled } from "../../terminal/render.ts";
import type { PeopleContext } from "./context.ts";

/** Enrols the faces of one person, or of all people in a directory. Returns the exit code. */
export async function runEnroll(command: EnrollCommand, context: PeopleContext): Promise<number> {
  const { gallery, face, largest, anyAngle, dryRun, metadata } = command;
  const pictures = await findAndTell(context.terminal, (leftOut) => picturesOf(command, leftOut));
  const outcomes = runPictures(pictures, {
    ...context,
    concurrency: command.concurrency,
    work: (bytes, { name, input: { name: source } }) => {
      const choice = { face, largest, anyAngle };
      const options = { gallery, name, ...choice, source: fileName(source), dryRun, signal: context.signal };
      return context.people.enrol(bytes, options);
    },
  });
  const report = new EnrolReport(context.terminal, command);
  for await (const outcome of outcomes) report.add(outcome);
  if (Object.keys(metadata).length > 0 && !dryRun) {
    for (const name of report.names) await context.people.patch({ gallery, name }, { metadata });
  }
  report.finish(dryRun ? "would be enrolled" : "enrolled");
  return exitCodeOf(report.failures, { tried: pictures.length });
}

/** Records for each picture that a face in it is not that of the person. Returns the exit code. */
export async function runReject(command: RejectCommand, context: PeopleContext): Promise<number> {
  const { gallery, name, face, largest, anyAngle } = command;
  const inputs = await findAndTell(context.terminal, (leftOut) => findInputs(command.inputs, { leftOut }));
  const pictures = inputs.map((input) => ({ name, input }));
  const outcomes = runPictures(pictures, {
    ...context,
    concurrency: 1,
    work: (bytes, { input: { name: source } }) => {
      return context.people.reject(bytes, {
        gallery,
        name,
        face,
        largest,
        anyAngle,
        source: fileName(source),
        signal: context.signal,
      });
    },
  });
  const report = new EnrolReport(context.terminal, command);
  for await (const outcome of outcomes) report.add(outcome);
  report.finish(`remembered as not ${name}`, { isOfPeople: false });
  return exitCodeOf(report.failures, { tried: pictures.length });
}

async function picturesOf({ name, inputs }: EnrollCommand, leftOut: LeftOut): Promise<LabelledPicture[]> {
  if (name === null) return await labelledPictures(inputs[0], { leftOut });
  return (await findInputs(inputs, { leftOut })).map((input) => ({ name, input }));
}

/** Returns the part of a path that is stored with a face: the file name. */
function fileName(path: string): string {
  return basename(path).slice(-400);
}

/** Prints warnings on standard error and a summary at the end, or a JSON line for each picture. */
class EnrolReport {
  readonly failures: DmlError[] = [];
  /** Names of people with at least one picture that was not refused. */
  readonly names = new Set<string>();
  readonly #terminal: PeopleContext["terminal"];
  readonly #command: { readonly json: boolean; readonly gallery: string };
  #stored = 0;
  #known = 0;
  #newest: EnrolAnswer["inForce"] = null;

  constructor(terminal: PeopleContext["terminal"], command: { json: boolean; gallery: string }) {
    this.#terminal = terminal;
    this.#command = command;
  }

  add(outcome: PictureOutcome<LabelledPicture, EnrolAnswer>): void {
    const { item: { name, input: { name: file } } } = outcome;
    if (!outcome.ok) {
      const { code, message, advice } = outcome.failure;
      this.failures.push(outcome.failure);
      this.#line({ file, person: name, ok: false, error: { code, message, advice } });
      return;
    }
    const { result } = outcome;
    this.names.add(result.person);
    const isKnown = result.warnings.some(({ code }) => code === "already_enrolled" || code === "near_duplicate");
    if (isKnown) this.#known++;
    else this.#stored++;
    if (result.inForce !== null && result.inForce.version >= (this.#newest?.version ?? 0)) {
      this.#newest = result.inForce;
    }
    this.#line({ file, ok: true, ...result });
    if (this.#command.json) return;
    for (const { message } of result.warnings) {
      const label = styled("warning:", "yellow", this.#terminal.errorColor);
      this.#terminal.error(`${label} ${printable(`${file}: ${message}`)}\n`);
    }
  }

  finish(what: string, { isOfPeople = true }: { isOfPeople?: boolean } = {}): void {
    if (this.#command.json || this.names.size === 0) return;
    const parts = [
      `${countedAs(this.#stored, "face", "faces")}${isOfPeople ? this.#ofPeople() : ""} ${what}`,
      ...(this.#known > 0 ? [`${this.#known} there already`] : []),
      ...(this.failures.length > 0 ? [`${this.failures.length} refused`] : []),
    ];
    const force = this.#newest === null ? "" : `; ${inForceText(this.#command.gallery, this.#newest)}`;
    this.#terminal.out(`${styled(printable(parts.join(", ") + force), "bold", this.#terminal.outColor)}\n`);
  }

  #ofPeople(): string {
    return ` of ${countedAs(this.names.size, "person", "people")}`;
  }

  #line(line: object): void {
    if (this.#command.json) this.#terminal.out(jsonLine(line));
  }
}
