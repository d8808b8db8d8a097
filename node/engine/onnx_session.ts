/** The only file that imports the inference engine, so that another engine can replace it here. */
import * as onnx from "onnxruntime-web";
import { type ModelSession, type Tensor, TENSOR_ARRAYS, type TensorData } from "../../models/tensor.ts";
import { clip } from "../../protocol/kernel/clip.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import { TENSOR_TYPES, type TensorType } from "../../protocol/messages/finding.ts";

const REASON_CHARACTERS_MAX = 500;

/**
 * The global `Worker`, restored after the engine starts: the engine replaces it with that of Node.
 */
const RealmWorker = globalThis.Worker;

/** Bytes of the engine's WebAssembly; detached once the engine has started. */
let engineBytes: Uint8Array<ArrayBuffer> | null = null;

/**
 * Sets the WebAssembly of the engine in this thread to the bytes of `onnxruntime.wasm`, which are
 * transferred. The engine starts when the first session is created.
 *
 * Call it once, in the worker that runs the model files; it needs no permission. The engine uses
 * one thread: two pictures in two workers finish sooner than one after the other with two threads
 * each.
 */
export function initOnnx(wasm: Uint8Array<ArrayBuffer>): void {
  engineBytes = wasm;
  onnx.env.wasm.wasmBinary = wasm;
  onnx.env.wasm.numThreads = 1;
  onnx.env.logLevel = "error";
}

/**
 * Loads one ONNX file; `bytes` are copied. Throws `engine_failed` with the message of the engine if
 * it refuses the file.
 *
 * The options are those that performed best with the built-in model files: full graph optimisation
 * saves 40 % on the detector, while arenas, memory patterns and parallel execution change neither
 * time nor heap size.
 */
export async function createModelSession(bytes: Uint8Array): Promise<ModelSession> {
  const engine = engineBytes;
  invariant(engine !== null, "initOnnx() comes first");
  return await exclusively("The engine refused the model file", async () => {
    try {
      const session = await onnx.InferenceSession.create(bytes, {
        executionProviders: ["wasm"],
        graphOptimizationLevel: "all",
        logSeverityLevel: 3,
      });
      // These 14 MB are not needed any more; freed now instead of at some garbage collection.
      if (!engine.buffer.detached) engine.buffer.transfer(0);
      return new OnnxModelSession(session);
    } finally {
      globalThis.Worker = RealmWorker;
    }
  });
}

class OnnxModelSession implements ModelSession {
  readonly #session: onnx.InferenceSession;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];

  constructor(session: onnx.InferenceSession) {
    this.#session = session;
    this.inputNames = session.inputNames;
    this.outputNames = session.outputNames;
  }

  run(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    return exclusively("The model file failed", async () => {
      const feeds: Record<string, onnx.Tensor> = {};
      for (const [name, tensor] of Object.entries(inputs)) feeds[name] = toOnnx(tensor);
      const results = await this.#session.run(feeds);
      const outputs: Record<string, Tensor> = {};
      for (const [name, tensor] of Object.entries(results)) outputs[name] = fromOnnx(tensor);
      return outputs;
    });
  }

  release(): Promise<void> {
    return exclusively("The engine could not release the model file", () => this.#session.release());
  }
}

/** The latest call of the engine, in any session of this thread. */
let lastCall: Promise<unknown> = Promise.resolve();

/**
 * Calls the engine once its previous call has ended: all calls share one stack, and each yields
 * while it uses that stack.
 */
async function exclusively<Result>(failure: string, call: () => Promise<Result>): Promise<Result> {
  const result = lastCall.then(call);
  lastCall = result.then(() => {}, () => {});
  try {
    return await result;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DmlError("engine_failed", `${failure}: ${clip(reason, REASON_CHARACTERS_MAX)}`, { cause: error });
  }
}

function toOnnx({ type, data, dims }: Tensor): onnx.Tensor {
  // The package's types do not know arrays of 16-bit floats yet.
  if (data instanceof Float16Array) {
    return new onnx.Tensor("float16", new Uint16Array(data.buffer, data.byteOffset, data.length), dims);
  }
  return new onnx.Tensor(type, data as Exclude<TensorData, Float16Array> | string[], dims);
}

function fromOnnx({ type, data, dims }: onnx.Tensor): Tensor {
  const known = TENSOR_TYPES.find((name) => name === type);
  if (known !== undefined && isOf(known, data)) return { type: known, data, dims };
  throw new TypeError(`its output has type ${type}, which dml does not support`);
}

function isOf(type: TensorType, data: unknown): data is Tensor["data"] {
  if (type === "string") return Array.isArray(data);
  return data instanceof TENSOR_ARRAYS[type];
}
