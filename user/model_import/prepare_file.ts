import type { Manifest } from "../../models/manifest.ts";
import { inspectOnnx, type OnnxInspection } from "../../models/onnx/inspect.ts";
import { neededOperatorSets, refuseUnservable } from "../../models/onnx/refuse_unservable.ts";
import { optimise } from "../../models/onnx/optimise.ts";
import { describeTensor } from "../../models/onnx/value_info.ts";
import { answerOf, type Answers } from "../../models/propose/answers.ts";
import { type ProposalFacts, proposeManifest, type Question } from "../../models/propose/propose_manifest.ts";
import { clip } from "../../protocol/kernel/clip.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { VERSION } from "../../protocol/version.ts";
import { formatBytes, printable } from "../terminal/render.ts";
import { withFileName } from "./error_subject.ts";
import { type FoundLabels, labelsAt } from "./find_labels.ts";
import { addFile, completeManifest, type WrittenManifest } from "./manifest_file.ts";
import type { Prepared } from "./prepared.ts";

/** Asks a question and returns the line of the answer; `null` if there is no more input. */
export type Ask = (prompt: string) => Promise<string | null>;

/** Settings of {@linkcode prepareFile}. */
export interface PrepareFileOptions {
  /** Name of the file, for messages. */
  readonly fileName: string;
  readonly name: string;
  readonly version: number;
  /** `null` if none was stated. */
  readonly license: string | null;
  readonly labels: FoundLabels | null;
  /** The manifest written by a person; `null` to propose one. */
  readonly manifest: WrittenManifest | null;
  /** `null` to take the defaults without questions. */
  readonly ask: Ask | null;
  /** Called with each finding, a line at a time. */
  readonly tell: (line: string) => void;
}

/**
 * Makes a model of one ONNX file: inspects it, refuses a file that no node could serve, and
 * optimises it. Then completes the written manifest, or proposes one and asks about facts that the
 * file does not state. Throws `model_invalid`.
 */
export async function prepareFile(published: Uint8Array<ArrayBuffer>, options: PrepareFileOptions): Promise<Prepared> {
  const { fileName, manifest: written, name, version, license, tell } = options;
  const inspection = withFileName(fileName, () => {
    const found = inspectOnnx(published);
    refuseUnservable(found);
    return found;
  });
  describe(inspection, options);
  const file = withFileName(fileName, () => optimise(published));
  const files = new Map<Digest, Uint8Array<ArrayBuffer>>();
  const reference = addFile(file, files);
  let manifest: Manifest;
  if (written === null) {
    const description = clip(`${fileName}${inspection.producer ? `, written by ${inspection.producer}` : ""}`, 500);
    const facts = { name, version, description, license: license ?? "NOASSERTION", file: reference, dml: VERSION };
    manifest = await proposed(inspection, facts, options);
  } else {
    const listed = [{ role: "model", ...reference }];
    const changes = { name, version, files: listed, ...(license === null ? {} : { license }) };
    manifest = await completeManifest(written, { changes, files });
    manifest = withOperatorSets(manifest, inspection);
    tell(`The manifest is ${written.path}.`);
  }
  const isChanged = reference.digest !== digestOf(published);
  return { manifest, files, published: isChanged ? new Map([["model", published]]) : null };
}

/** Adds the operator sets of the file to the requirements, unless the manifest states them. */
function withOperatorSets(manifest: Manifest, inspection: OnnxInspection): Manifest {
  const { requirements } = manifest;
  if (requirements.operatorSets !== undefined) return manifest;
  return { ...manifest, requirements: { ...requirements, operatorSets: neededOperatorSets(inspection) } };
}

async function proposed(
  inspection: OnnxInspection,
  facts: Omit<ProposalFacts, "labels" | "answers">,
  { labels: found, ask, tell, fileName }: PrepareFileOptions,
): Promise<Manifest> {
  let labels = found;
  let answers: Answers = {};
  let areLabelsAsked = false;
  for (;;) {
    const proposal = withFileName(
      fileName,
      () => proposeManifest(inspection, { ...facts, labels: labels?.labels ?? null, answers }),
    );
    const [question] = ask === null ? [] : proposal.questions;
    if (question !== undefined && ask !== null) {
      answers = { ...answers, ...await prompt(question, ask, tell) };
      continue;
    }
    const { manifest, reasons, questions } = proposal;
    if (ask !== null && !areLabelsAsked && isNameless(manifest)) {
      areLabelsAsked = true;
      labels = await askedLabels(ask, tell);
      continue;
    }
    for (const reason of reasons) tell(reason);
    for (const { text, fallback } of questions) tell(`${text} Taken: ${fallback}.`);
    if (labels !== null) tell(`Labels: ${labels.labels.length}, from ${printable(labels.path)}.`);
    return manifest;
  }
}

function isNameless(manifest: Manifest): boolean {
  return (manifest.pipeline === "classify" || manifest.pipeline === "detect") &&
    manifest.parameters.labels.length === 0;
}

async function askedLabels(ask: Ask, tell: (line: string) => void): Promise<FoundLabels | null> {
  for (;;) {
    const line = (await ask("File with the names of its classes, one a line (none) "))?.trim() ?? "";
    if (line === "") return null;
    try {
      return await labelsAt(line);
    } catch (error) {
      if (!(error instanceof DmlError)) throw error;
      tell(`${error.message} ${error.advice}`);
    }
  }
}

/** Asks until the answer is valid. An empty answer, or none, is the default. */
async function prompt(
  { key, text, choices, fallback }: Question,
  ask: Ask,
  tell: (line: string) => void,
): Promise<Answers> {
  const offered = choices.length > 0 ? ` [${choices.join(" | ")}]` : "";
  for (;;) {
    const line = (await ask(`${text}${offered} (${fallback}) `))?.trim() || fallback;
    if (choices.length > 0 && !choices.includes(line)) {
      tell(`It is one of ${choices.join(", ")}.`);
      continue;
    }
    try {
      return answerOf(key, line);
    } catch (error) {
      if (!(error instanceof DmlError) || line === fallback) throw error;
      tell(error.message);
    }
  }
}

function describe(inspection: OnnxInspection, { fileName, tell }: PrepareFileOptions): void {
  const { byteCount, producer, operatorSets, inputs, outputs, operators } = inspection;
  const sets = [...operatorSets].map(([domain, version]) => `${domain} ${version}`).join(", ");
  const by = producer === "" ? "" : `, written by ${producer}`;
  tell(`${fileName}: ${formatBytes(byteCount)}${by}, ${operators.length} different operators (${sets})`);
  for (const tensor of inputs) tell(`  in   ${tensor.name} ${describeTensor(tensor)}`);
  for (const tensor of outputs.slice(0, 16)) tell(`  out  ${tensor.name} ${describeTensor(tensor)}`);
}
