import type { Random } from "../../protocol/kernel/random.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { ClusterClient } from "../client/cluster_client.ts";
import type { PredictCommand } from "../cli/command.ts";
import { exitCodeOf } from "../cli/exit.ts";
import { findInputs, type Input } from "../pictures/inputs.ts";
import { findAndTell } from "../pictures/left_out.ts";
import { planOutputs, writeOutput } from "../pictures/outputs.ts";
import { type PictureRunContext, runPictures } from "../pictures/picture_run.ts";
import { type PredictedPicture, PredictReport } from "../reports/predict_report.ts";
import { SharedFailure } from "../pictures/shared_failure.ts";

/** Ports and settings of `dml predict`; `signal` also ends the requests under way. */
export interface PredictContext extends PictureRunContext {
  readonly random: Random;
  /** Opens a cluster that is about to be sent so many pictures. */
  readonly openCluster: (pictures: number) => Promise<ClusterClient>;
}

/** A picture and the path of its annotated version, `null` if none is wanted. */
interface PlannedPicture {
  readonly input: Input;
  readonly output: string | null;
}

/**
 * Recognises the pictures that `command` names and reports them in their order. A failure that
 * affects every picture is reported for each. Returns the exit code; if standard output is closed
 * early, the code of the failures so far.
 */
export async function runPredict(command: PredictCommand, context: PredictContext): Promise<number> {
  const inputs = await findAndTell(context.terminal, (leftOut) => findInputs(command.inputs, { leftOut }));
  const report = new PredictReport({ ...context, json: command.json });
  const shared = new SharedFailure();
  const outputs = command.annotate ? await shared.capture(() => planOutputs(inputs, command.out ?? ".")) : null;
  // A run whose pictures are all missing needs no master, and must not start one.
  const readable = inputs.filter(({ kind }) => kind !== "missing").length;
  const isClusterNeeded = readable > 0 && !shared.hasOccurred;
  const cluster = isClusterNeeded ? await shared.capture(() => context.openCluster(readable)) : null;
  const pictures = inputs.map((input, index) => ({ input, output: outputs?.[index] ?? null }));
  const outcomes = runPictures(pictures, {
    ...context,
    concurrency: command.concurrency,
    shared,
    work: predictor(command, { ...context, cluster }),
  });
  try {
    try {
      for await (const outcome of outcomes) report.add(outcome);
    } finally {
      await cluster?.close();
    }
    report.finish();
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
  return exitCodeOf(report.failures, { tried: report.reported });
}

/** Returns the function that recognises one picture and writes its annotated version. */
function predictor(
  { model, annotate, embeddings, keepDoubtful, gallery, maxSide, anyAngle, smallFaces }: PredictCommand,
  { cluster, signal, random }: PredictContext & { readonly cluster: ClusterClient | null },
): (bytes: Uint8Array<ArrayBuffer>, picture: PlannedPicture) => Promise<PredictedPicture> {
  return async (bytes, { output }) => {
    invariant(cluster !== null, "a picture is read only after the cluster is open");
    const limited = maxSide === null ? {} : { maxSide };
    const turned = anyAngle ? { anyAngle } : {};
    const searched = smallFaces ? { smallFaces } as const : {};
    const kept = keepDoubtful ? { keepDoubtful } as const : {};
    const options = { model, annotate, embeddings, gallery, ...kept, ...limited, ...turned, ...searched, signal };
    const { prediction, annotated } = await cluster.predict(bytes, options);
    if (annotated && output) await writeOutput(output, annotated, { random });
    return { annotatedFile: annotated && output, prediction };
  };
}
