import type { Clock } from "../../protocol/kernel/clock.ts";
import { asDmlError, type DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { ClusterClient } from "../cluster_client.ts";
import type { PredictCommand } from "../command.ts";
import { exitCodeOf } from "../exit.ts";
import { findInputs, type Input, readInput } from "../inputs.ts";
import { mapInOrder } from "../map_in_order.ts";
import { planOutputs, writeOutput } from "../outputs.ts";
import { type Outcome, PredictReport } from "../predict_report.ts";
import type { Terminal } from "../terminal.ts";

/** What `dml predict` works with. */
export interface PredictContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Stops what is under way and begins nothing new. */
  readonly signal: AbortSignal;
  /** Whether a bar is drawn while more than one picture is looked at. */
  readonly progress: boolean;
  /** Told how many pictures there are. */
  readonly openCluster: (pictures: number) => Promise<ClusterClient>;
}

/** After one of these the other pictures would fare no better. */
const HOPELESS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "forbidden",
  "gallery_unfit",
  "gallery_unknown",
  "interrupted",
  "master_unreachable",
  "output_directory_unusable",
  "protocol_version",
  "recognizer_unknown",
  "unauthorized",
]);

/** Looks at the pictures that `command` names and reports them in its order. The exit code; throws what ends all of it. */
export async function runPredict(
  command: PredictCommand,
  context: PredictContext,
): Promise<number> {
  const inputs = await findInputs(command.inputs);
  const outputs = command.annotate ? await planOutputs(inputs, command.out ?? ".") : [];
  const report = new PredictReport({ ...context, json: command.json, total: inputs.length });
  // Without one picture that is there, no master needs to be asked, and none is started.
  const pictures = inputs.filter((input) => input.kind !== "missing").length;
  const cluster = pictures > 0 ? await context.openCluster(pictures) : null;
  const look = looker(command, { ...context, cluster });
  try {
    const outcomes = mapInOrder(inputs, {
      concurrency: command.concurrency,
      async work(input, index) {
        const outcome = await look(input, outputs[index] ?? null);
        report.settled(outcome);
        return outcome;
      },
    });
    for await (const outcome of outcomes) report.add(outcome);
  } finally {
    report.stop();
    await cluster?.close();
  }
  report.finish();
  return exitCodeOf(report.failures, { tried: inputs.length });
}

/** What looks at one picture and writes its annotated one to `output`; after a hopeless failure it only repeats that. */
function looker(
  { recognizer, annotate, embeddings, gallery }: PredictCommand,
  context: PredictContext & { cluster: ClusterClient | null },
): (input: Input, output: string | null) => Promise<Outcome> {
  const { cluster, signal, random } = context;
  let hopeless: DmlError | null = null;
  return async (input, output) => {
    const file = input.name;
    try {
      if (input.kind === "missing") throw input.error;
      if (hopeless) throw hopeless;
      invariant(cluster !== null, "a picture that is there has a cluster to go to");
      const bytes = await readInput(input, context);
      const options = { recognizer, annotate, embeddings, gallery, signal };
      const { prediction, annotated } = await cluster.predict(bytes, options);
      const annotatedFile = annotated && output;
      if (annotated && output) await writeOutput(output, annotated, { random });
      return { file, ok: true, annotatedFile, prediction };
    } catch (error) {
      const failure = asDmlError(error);
      const isShared = HOPELESS.has(failure.code);
      if (isShared) hopeless ??= failure;
      return { file, ok: false, failure, isShared };
    }
  };
}
