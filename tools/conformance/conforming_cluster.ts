import type { Prepared } from "../../user/model_import/prepared.ts";
import { prepareFile } from "../../user/model_import/prepare_file.ts";
import { uploadPrepared } from "../../user/model_import/upload.ts";
import { HttpModelsClient } from "../../user/client/http/models.ts";
import { MasterHttp } from "../../user/client/http/master_http.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { SYSTEM_RANDOM } from "../../protocol/kernel/random.ts";
import { inspectOnnx } from "../../models/onnx/inspect.ts";
import { runBare } from "./bare_engine.ts";
import type { CaseTensor, OnnxCase } from "./onnx_cases.ts";
import { differenceOf } from "./same_tensors.ts";
import { infer, type Post } from "./v2_client.ts";

const READY_WITHIN_MS = 60_000;
const POLL_MS = 20;

/** Verdicts on cases that the bare engine does not pass either. */
export const BARE_REFUSES = "not run: the bare engine refuses it";
export const IS_RANDOM = "not compared: its numbers are random";
export const UNREADABLE = "not run: its inputs are no tensors";
export const SAME = "the same";

const RANDOM_OPERATORS = /^(Bernoulli|Multinomial|Random\w+)$/;

/** The verdict on one case. */
export interface Verdict {
  readonly reason: string;
  /** `null` if there is nothing to say. */
  readonly detail: string | null;
}

/** A cluster to which one model after the other is added, asked and removed again. */
export class ConformingCluster {
  readonly #origin: string;
  readonly #http: MasterHttp;
  readonly #models: HttpModelsClient;
  #count = 0;

  constructor(port: number) {
    this.#origin = `http://127.0.0.1:${port}`;
    const common = { clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM };
    this.#http = new MasterHttp({ address: { hostname: "127.0.0.1", port }, token: null, ...common });
    this.#models = new HttpModelsClient(this.#http, { ...common, signal: new AbortController().signal });
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  async verdictOn(test: OnnxCase): Promise<Verdict> {
    let inputs: CaseTensor[];
    try {
      ({ inputs } = await test.read());
    } catch {
      return { reason: UNREADABLE, detail: null };
    }
    const file = await Deno.readFile(test.model);
    let wanted: CaseTensor[];
    try {
      wanted = await runBare(file, inputs);
    } catch {
      return { reason: BARE_REFUSES, detail: null };
    }
    if (isRandom(file)) return { reason: IS_RANDOM, detail: null };
    return await this.#asked(file, { inputs, wanted });
  }

  async #asked(
    file: Uint8Array<ArrayBuffer>,
    { inputs, wanted }: { inputs: readonly CaseTensor[]; wanted: readonly CaseTensor[] },
  ): Promise<Verdict> {
    const name = `case-${++this.#count}`;
    let prepared: Prepared;
    try {
      prepared = await prepareFile(file, { ...AS_TENSORS, fileName: "model.onnx", name, version: 1 });
    } catch (error) {
      return failed("refused when it is added", error);
    }
    const { manifest } = prepared;
    if (manifest.pipeline !== "tensor") return { reason: "added as a picture model", detail: manifest.pipeline };
    await uploadPrepared(prepared, this.#models, { onBytes: () => {} });
    try {
      await this.#untilReady(name);
      const named = inputs.map((input, at) => ({ ...input, name: manifest.parameters.inputs[at].tensor }));
      for (const isBinary of [true, false]) {
        const found = await infer(this.#post, name, { inputs: named, isBinary });
        const difference = differenceOf(found, wanted);
        if (difference !== null) return { reason: `differs as ${isBinary ? "bytes" : "JSON"}`, detail: difference };
      }
      return { reason: SAME, detail: null };
    } catch (error) {
      return failed("refused by the node", error);
    } finally {
      await (await this.#post(`/v2/repository/models/${name}/unload`, new Uint8Array(), {})).body?.cancel();
    }
  }

  readonly #post: Post = (path, body, headers) =>
    fetch(`${this.#origin}${path}`, { method: "POST", body, headers: { ...headers, connection: "keep-alive" } });

  async #untilReady(name: string): Promise<void> {
    const untilMs = performance.now() + READY_WITHIN_MS;
    while (performance.now() < untilMs) {
      const { nodes } = await this.#models.show(name);
      const [status] = nodes.map(({ status }) => status);
      if (status?.state === "ready") return;
      if (status?.state === "failed" || status?.state === "unsuitable") throw new Error(status.reason ?? status.state);
      await new Promise<void>((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error("it was not ready in time");
  }
}

/** Answers to the questions about a file: its numbers go in and out as they are. */
const AS_TENSORS = {
  license: null,
  labels: null,
  manifest: null,
  ask: (prompt: string) => Promise.resolve(prompt.includes("| tensor]") ? "tensor" : ""),
  tell: () => {},
};

/** Returns true if the file draws numbers, others each time. */
function isRandom(file: Uint8Array): boolean {
  return inspectOnnx(file).operators.some(({ name }) => RANDOM_OPERATORS.test(name));
}

function failed(reason: string, error: unknown): Verdict {
  return { reason, detail: error instanceof Error ? error.message : String(error) };
}
