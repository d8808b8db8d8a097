import type { Digest } from "../../protocol/kernel/digest.ts";
import { parseModelName } from "../../models/name.ts";
import type { Timings } from "../../protocol/messages/prediction.ts";
import type { MasterEvent } from "../core/messages/event.ts";
import type { MasterState, TaskOutcome } from "../core/state/state.ts";
import type { RecentPictures } from "./recent_pictures.ts";
import { Counter, Histogram, type Labels, type Metric } from "./registry.ts";

/** Upper bounds of durations, in seconds: from an empty task to the deadline of one. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const LOAD_SECONDS = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 600];

/** A task that is not answered, as its metrics need it. */
interface Open {
  readonly labels: Labels;
  readonly acceptedAtMs: number;
  /** Time of the first assignment; `null` before it. */
  startedAtMs: number | null;
}

/** The metrics of pictures and models, which follow from the events of the master. */
export class TaskMetrics {
  readonly #requests = new Counter("dml_inference_requests_total", "Pictures answered, by code if refused.");
  readonly #retries = new Counter("dml_task_retries_total", "Pictures that were queued again.");
  readonly #request = durations("request", "From acceptance to answer.");
  readonly #queue = durations("queue", "From acceptance to the first assignment to a node.");
  readonly #input = durations("compute_input", "Decoding and preparing on a worker.");
  readonly #infer = durations("compute_infer", "Running the model on a worker.");
  readonly #output = durations("compute_output", "Interpreting, drawing and encoding on a worker.");
  readonly #fetched = new Counter("dml_model_transfer_bytes_total", "Bytes of models that nodes have fetched.");
  readonly #loads = new Histogram("dml_model_load_duration_seconds", "Loading and measuring a model on a node.", {
    bounds: LOAD_SECONDS,
  });
  readonly #recent: Pick<RecentPictures, "add">;
  readonly #open = new Map<string, Open>();
  /** Reasons for which attempts ended, until their task is queued again or answered. */
  readonly #endings = new Map<string, string>();

  constructor(recent: Pick<RecentPictures, "add">) {
    this.#recent = recent;
  }

  /** All metrics, in the order in which they are written. */
  get all(): readonly Metric[] {
    const seconds = [this.#request, this.#queue, this.#input, this.#infer, this.#output];
    return [this.#requests, ...seconds, this.#retries, this.#fetched, this.#loads];
  }

  /** Counts `event`, which has been applied to `state`. */
  note(event: MasterEvent, { state, nowMs }: { state: Pick<MasterState, "models">; nowMs: number }): void {
    switch (event.type) {
      case "task_accepted": {
        const { taskId, manifestDigest, acceptedAtMs } = event.spec;
        this.#open.set(taskId, { labels: labelsOf(state, manifestDigest), acceptedAtMs, startedAtMs: null });
        return;
      }
      case "attempt_started": {
        const open = this.#open.get(event.spec.taskId);
        if (open === undefined || open.startedAtMs !== null) return;
        open.startedAtMs = event.atMs;
        this.#queue.observe(open.labels, (event.atMs - open.acceptedAtMs) / 1_000);
        return;
      }
      case "attempt_ended":
        if (event.how !== "won") this.#endings.set(event.taskId, event.code ?? event.how);
        return;
      case "task_requeued":
        this.#retries.add({ reason: this.#endings.get(event.taskId) ?? "unknown" });
        return;
      case "task_answered":
        return this.#answered(event.taskId, event.outcome, nowMs);
      case "model_ready": {
        const labels = labelsOf(state, event.manifestDigest);
        this.#fetched.add(labels, event.fetchedBytes);
        this.#loads.observe(labels, event.warmUpMs / 1_000);
        return;
      }
    }
  }

  #answered(taskId: string, outcome: TaskOutcome, nowMs: number): void {
    this.#endings.delete(taskId);
    const open = this.#open.get(taskId);
    this.#open.delete(taskId);
    const labels = open?.labels ?? UNKNOWN;
    const word = outcome.ok ? "ok" : outcome.code;
    this.#requests.add({ ...labels, outcome: word });
    const acceptedAtMs = open?.acceptedAtMs ?? nowMs;
    const totalMs = nowMs - acceptedAtMs;
    const queueMs = (open?.startedAtMs ?? nowMs) - acceptedAtMs;
    const nodeMs = outcome.ok ? outcome.prediction.timings.totalMs : null;
    this.#recent.add({ outcome: word, totalMs, queueMs, nodeMs }, nowMs);
    if (open === undefined) return;
    this.#request.observe(labels, (nowMs - open.acceptedAtMs) / 1_000);
    if (outcome.ok) this.#computed(labels, outcome.prediction.timings);
  }

  #computed(labels: Labels, timings: Timings): void {
    const { decodeMs, prepareMs, inferMs, interpretMs, drawMs, encodeMs } = timings;
    this.#input.observe(labels, (decodeMs + prepareMs) / 1_000);
    this.#infer.observe(labels, inferMs / 1_000);
    this.#output.observe(labels, (interpretMs + drawMs + encodeMs) / 1_000);
  }
}

/** Labels of a picture that was refused before its model was known. */
const UNKNOWN: Labels = { model: "unknown", version: "unknown" };

function durations(stage: string, help: string): Histogram {
  return new Histogram(`dml_inference_${stage}_duration_seconds`, help, { bounds: SECONDS });
}

function labelsOf(state: Pick<MasterState, "models">, manifestDigest: Digest): Labels {
  const model = state.models.get(manifestDigest);
  if (model === undefined) return UNKNOWN;
  const { name, version } = parseModelName(model.name);
  return { model: name, version: String(version) };
}
