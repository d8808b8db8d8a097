import type { Clock } from "../../protocol/kernel/clock.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { ClusterClient } from "../client/cluster_client.ts";
import type { PredictCommand } from "../cli/command.ts";
import { exitCodeOf } from "../cli/exit.ts";
import { findInputs, type Input, readInput } from "../pictures/inputs.ts";
import { mapInOrder } from "../pictures/map_in_order.ts";
import { planOutputs, writeOutput } from "../pictures/outputs.ts";
import { type Outcome, PredictReport } from "../reports/predict_report.ts";
import { SharedFailure } from "../pictures/shared_failure.ts";
import type { Terminal } from "../terminal/terminal.ts";

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

/**
 * Looks at the pictures that `command` names and reports them in its order; what strikes all of them is told of each. The exit
 * code; when whoever reads standard output leaves, that of what had failed until then.
 */
export async function runPredict(
  command: PredictCommand,
  context: PredictContext,
): Promise<number> {
  const inputs = await findInputs(command.inputs);
  const report = new PredictReport({ ...context, json: command.json, total: inputs.length });
  const shared = new SharedFailure();
  const planned = command.annotate ? await shared.ofAll(() => planOutputs(inputs, command.out ?? ".")) : null;
  // Without one picture that is there, no master needs to be asked, and none is started.
  const pictures = inputs.filter((input) => input.kind !== "missing").length;
  const isAsked = pictures > 0 && !shared.hasStruck;
  const cluster = isAsked ? await shared.ofAll(() => context.openCluster(pictures)) : null;
  const look = looker(command, { ...context, cluster, shared });
  const outcomes = mapInOrder(inputs, {
    concurrency: command.concurrency,
    async work(input, index) {
      const outcome = await look(input, planned?.[index] ?? null);
      report.settled(outcome);
      return outcome;
    },
  });
  try {
    try {
      for await (const outcome of outcomes) report.add(outcome);
    } finally {
      report.stop();
      await cluster?.close();
    }
    report.finish();
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
  return exitCodeOf(report.failures, { tried: report.told });
}

/** What looks at one picture and writes its annotated one to `output`. */
function looker(
  { model, annotate, embeddings, gallery }: PredictCommand,
  context: PredictContext & { cluster: ClusterClient | null; shared: SharedFailure },
): (input: Input, output: string | null) => Promise<Outcome> {
  const { cluster, shared, signal, random } = context;
  return async (input, output) => {
    const file = input.name;
    try {
      if (input.kind === "missing") throw input.error;
      shared.repeat();
      invariant(cluster !== null, "a picture that is there has a cluster to go to");
      const bytes = await readInput(input, context);
      const options = { model, annotate, embeddings, gallery, signal };
      const { prediction, annotated } = await cluster.predict(bytes, options);
      const annotatedFile = annotated && output;
      if (annotated && output) await writeOutput(output, annotated, { random });
      return { file, ok: true, annotatedFile, prediction };
    } catch (error) {
      return { file, ok: false, ...shared.ofOne(error) };
    }
  };
}
