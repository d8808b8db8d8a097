import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { basename } from "node:path";
import { checkTestImage } from "../../../models/manifest/check_test_image.ts";
import { decodeManifest } from "../../../models/manifest.ts";
import { truncatedToHundredths } from "../../../models/pipelines/rounded.ts";
import { asDmlError, DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Prediction } from "../../../protocol/messages/prediction.ts";
import { EXIT_OK, EXIT_SOME_FAILED, exitCodeOf } from "../../cli/exit.ts";
import { counted, formatDuration, printable, styled } from "../../terminal/render.ts";
import { readBounded } from "../../model_import/read_bounded.ts";
import type { ModelsContext } from "./context.ts";

/** One picture to recognise. */
interface Case {
  readonly name: string;
  readonly read: () => Promise<Uint8Array<ArrayBuffer>>;
  /** Returns the fault of an answer; `null` if it is right. */
  readonly judge: (prediction: Prediction) => string | null;
}

/**
 * Runs test images through the cluster: those of the manifest, whose answers are checked, or
 * others.
 */
export async function runModelsTest(
  command: { readonly model: string; readonly images: readonly string[]; readonly json: boolean },
  context: Pick<ModelsContext, "terminal" | "models" | "cluster" | "clock" | "signal">,
): Promise<number> {
  const { terminal, models } = context;
  const detail = await models.show(command.model);
  const { name } = detail.model;
  const cases = command.images.length > 0 ? command.images.map(caseOfPath) : await casesOf(name, context);
  if (cases.length === 0) {
    throw new DmlError("no_images", `${name} has no test images of its own.`, {
      advice: `Name some: \`dml models test ${name} IMAGE...\`, or give its manifest \`tests\`.`,
    });
  }
  const failures: DmlError[] = [];
  let isWrong = false;
  for (const { name: image, read, judge } of cases) {
    const startMs = context.clock.nowMs();
    let fault: string | null;
    try {
      const options = { model: name, annotate: false, embeddings: false, gallery: null, signal: context.signal };
      const { prediction } = await context.cluster.predict(await read(), options);
      fault = judge(prediction);
      isWrong ||= fault !== null;
    } catch (error) {
      const failure = asDmlError(error);
      if (failure.code === "interrupted" || failure.code === "internal") throw error;
      failures.push(failure);
      fault = `${failure.message} ${failure.advice}`;
    }
    const tookMs = truncatedToHundredths(context.clock.nowMs() - startMs);
    if (command.json) terminal.out(jsonLine({ image, ok: fault === null, tookMs, fault }));
    else terminal.out(lineOf({ image, tookMs, fault }, terminal.outColor));
  }
  if (!command.json && failures.length === 0 && !isWrong) {
    terminal.out(`${counted(cases.length, "image")}, all as they should be.\n`);
  }
  if (isWrong) return EXIT_SOME_FAILED;
  return failures.length === 0 ? EXIT_OK : exitCodeOf(failures, { tried: cases.length });
}

function lineOf(
  { image, tookMs, fault }: { image: string; tookMs: number; fault: string | null },
  color: boolean,
): string {
  const verdict = fault === null ? styled("pass", "green", color) : styled("fail", "red", color);
  return `${verdict}  ${printable(image)}  ${formatDuration(tookMs)}${fault === null ? "" : `  ${printable(fault)}`}\n`;
}

function caseOfPath(path: string): Case {
  return { name: basename(path), read: () => readBounded(path, LIMITS.imageBytesMax), judge: () => null };
}

async function casesOf(model: string, { models }: Pick<ModelsContext, "models">): Promise<Case[]> {
  const { model: { manifestDigest } } = await models.show(model);
  const { tests = [] } = decodeManifest(await models.read(manifestDigest));
  return tests.map(({ image, expect }, index) => ({
    name: `test ${index + 1}`,
    read: () => models.read(image.digest),
    judge: (prediction) => checkTestImage(prediction, expect),
  }));
}
