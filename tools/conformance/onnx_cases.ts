/** The test cases of ONNX: a model file, and directories with its inputs and expected outputs. */
import { join } from "node:path";
// @ts-types="./onnx_messages.d.ts"
import onnxProto from "onnx-proto";
import type { TensorMessage } from "./onnx_messages.d.ts";
import { elementTypeOf } from "../../models/onnx/element_type.ts";
import { countOf, TENSOR_ARRAYS } from "../../models/tensor.ts";
import type { NumberType, TensorType } from "../../protocol/messages/finding.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A tensor of a test case. */
export interface CaseTensor {
  readonly name: string;
  readonly type: TensorType;
  readonly dims: readonly number[];
  /** Numbers as little-endian bytes; a text as its length in four bytes, then its UTF-8. */
  readonly bytes: Bytes;
}

/** One run of a model file. */
export interface OnnxCase {
  /** Path below the directory of all cases. */
  readonly name: string;
  readonly model: string;
  /** Reads the tensors. Throws if one of them is not a tensor that dml knows. */
  readonly read: () => Promise<{ readonly inputs: CaseTensor[]; readonly outputs: CaseTensor[] }>;
}

/** Yields the cases below `root`, sorted by name. */
export async function* onnxCases(root: string, path = ""): AsyncIterable<OnnxCase> {
  const entries: Deno.DirEntry[] = [];
  for await (const entry of Deno.readDir(join(root, path))) entries.push(entry);
  entries.sort((one, other) => one.name < other.name ? -1 : 1);
  const hasModel = entries.some(({ name }) => name === "model.onnx");
  for (const { name, isDirectory } of entries) {
    if (!isDirectory) continue;
    const below = join(path, name);
    if (!hasModel) yield* onnxCases(root, below);
    else yield { name: below, model: join(root, path, "model.onnx"), read: () => readCase(join(root, below)) };
  }
}

async function readCase(directory: string): Promise<{ inputs: CaseTensor[]; outputs: CaseTensor[] }> {
  return { inputs: await readTensors(directory, "input"), outputs: await readTensors(directory, "output") };
}

async function readTensors(directory: string, kind: "input" | "output"): Promise<CaseTensor[]> {
  const tensors: CaseTensor[] = [];
  for (let index = 0;; index++) {
    let bytes: Uint8Array;
    try {
      bytes = await Deno.readFile(join(directory, `${kind}_${index}.pb`));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return tensors;
      throw error;
    }
    tensors.push(tensorOf(onnxProto.onnx.TensorProto.decode(bytes)));
  }
}

function tensorOf(message: TensorMessage): CaseTensor {
  const { name } = message;
  const type = elementTypeOf(message.dataType);
  const dims = message.dims.map(Number);
  if (type === "string") return { name, type, dims, bytes: textBytes(message.stringData) };
  if (!Object.hasOwn(TENSOR_ARRAYS, type)) throw new TypeError(`${name} is ${type}`);
  const known = type as NumberType;
  const bytes = message.rawData.length > 0 ? message.rawData.slice() : numberBytes(known, message);
  if (bytes.length !== countOf(dims) * TENSOR_ARRAYS[known].BYTES_PER_ELEMENT) throw new TypeError(`${name} is cut`);
  return { name, type: known, dims, bytes };
}

function numberBytes(type: NumberType, message: TensorMessage): Bytes {
  const big = (values: readonly { toString(): string }[]) => values.map((value) => BigInt(value.toString()));
  const array = ((): ArrayBufferView<ArrayBuffer> => {
    switch (type) {
      case "float32":
        return Float32Array.from(message.floatData);
      case "float64":
        return Float64Array.from(message.doubleData);
      case "int64":
        return BigInt64Array.from(big(message.int64Data));
      case "uint64":
        return BigUint64Array.from(big(message.uint64Data));
      case "uint32":
        return Uint32Array.from(message.uint64Data, Number);
      case "float16":
        return Uint16Array.from(message.int32Data); // the bits of each number
      default:
        return TENSOR_ARRAYS[type].from(message.int32Data as number[] & bigint[]);
    }
  })();
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Returns texts as BYTES of the Open Inference Protocol. */
export function textBytes(texts: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + 4 + text.length, 0));
  let at = 0;
  for (const text of texts) {
    new DataView(bytes.buffer).setUint32(at, text.length, true);
    bytes.set(text, at + 4);
    at += 4 + text.length;
  }
  return bytes;
}
