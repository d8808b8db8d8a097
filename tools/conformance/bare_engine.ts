/** The engine as its publisher gives it away, without anything of dml: what the answers should be. */
import * as onnx from "onnxruntime-web";
import { bytesOfTensor, tensorOfBytes } from "../../models/tensor_bytes.ts";
import type { Tensor } from "../../models/tensor.ts";
import { TENSOR_TYPES } from "../../protocol/messages/finding.ts";
import type { CaseTensor } from "./onnx_cases.ts";

/** Starts the engine in this thread. */
export async function startBareEngine(): Promise<void> {
  const path = new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
  onnx.env.wasm.wasmBinary = await Deno.readFile(path);
  onnx.env.wasm.numThreads = 1;
}

/**
 * Runs a model file on `inputs`, which are in the order of the file. Throws if the engine refuses
 * the file or the inputs, or answers with what is no tensor.
 */
export async function runBare(file: Uint8Array, inputs: readonly CaseTensor[]): Promise<CaseTensor[]> {
  const options = { executionProviders: ["wasm"], graphOptimizationLevel: "all", logSeverityLevel: 4 } as const;
  const session = await onnx.InferenceSession.create(file, options);
  try {
    const { inputNames, outputNames } = session;
    const feeds = Object.fromEntries(inputs.map((input, at) => [inputNames[at], toOnnx(input)]));
    const answer = await session.run(feeds);
    return outputNames.map((name) => fromOnnx(name, answer[name]));
  } finally {
    await session.release();
  }
}

function toOnnx({ bytes, type, dims, name }: CaseTensor): onnx.Tensor {
  const { data } = tensorOfBytes(bytes, { type, dims, what: name });
  const known = data instanceof Float16Array ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
  return new onnx.Tensor(type, known as onnx.Tensor["data"], dims);
}

function fromOnnx(name: string, { type, dims, data }: onnx.Tensor): CaseTensor {
  const known = TENSOR_TYPES.find((one) => one === type);
  if (known === undefined) throw new TypeError(`${name} is ${type}`);
  return { name, type: known, dims, bytes: bytesOfTensor({ type: known, dims, data: data as Tensor["data"] }).slice() };
}
