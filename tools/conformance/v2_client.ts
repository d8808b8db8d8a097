/** A client of the Open Inference Protocol as plain as can be: it shares no code with the server. */
import type { CaseTensor } from "./onnx_cases.ts";
import { textBytes } from "./onnx_cases.ts";

const DATATYPES: Readonly<Record<string, CaseTensor["type"]>> = {
  BOOL: "bool",
  UINT8: "uint8",
  UINT16: "uint16",
  UINT32: "uint32",
  UINT64: "uint64",
  INT8: "int8",
  INT16: "int16",
  INT32: "int32",
  INT64: "int64",
  FP16: "float16",
  FP32: "float32",
  FP64: "float64",
  BYTES: "string",
};
const ARRAYS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float16: Float16Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;
const LENGTH_HEADER = "inference-header-content-length";

/** Posts `body` to an address of the master. */
export type Post = (path: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string>) => Promise<Response>;

/** Sends tensors as JSON or as bytes, and returns the outputs. Throws the sentence of a refusal. */
export async function infer(
  post: Post,
  model: string,
  { inputs, isBinary }: { inputs: readonly CaseTensor[]; isBinary: boolean },
): Promise<CaseTensor[]> {
  const request = {
    inputs: inputs.map((input) => ({
      name: input.name,
      shape: input.dims,
      datatype: Object.keys(DATATYPES).find((datatype) => DATATYPES[datatype] === input.type),
      ...(isBinary ? { parameters: { binary_data_size: input.bytes.length } } : { data: elementsOf(input) }),
    })),
    ...(isBinary ? { parameters: { binary_data_output: true } } : {}),
  };
  const json = new TextEncoder().encode(JSON.stringify(request, (_, value) => wide(value)).replace(WIDE, "$1"));
  const parts = isBinary ? [json, ...inputs.map(({ bytes }) => bytes)] : [json];
  const body = await new Blob(parts).bytes();
  const headers: Record<string, string> = isBinary ? { [LENGTH_HEADER]: String(json.length) } : {};
  const response = await post(`/v2/models/${model}/infer`, body, headers);
  const answer = await response.bytes();
  if (!response.ok) throw new Error(JSON.parse(new TextDecoder().decode(answer)).error);
  return outputsIn(answer, response.headers.get(LENGTH_HEADER));
}

/** Marks of a whole number beyond 53 bits, which is written with all its digits. */
const WIDE = /"wide(-?\d+)"/g;

function wide(value: unknown): unknown {
  return typeof value === "bigint" ? `wide${value}` : value;
}

function elementsOf({ type, bytes }: CaseTensor): unknown[] {
  const { buffer } = bytes.slice();
  switch (type) {
    case "string":
      return textsIn(bytes);
    case "bool":
      return Array.from(new Uint8Array(buffer), (value) => value === 1);
    case "int64":
      return Array.from(new BigInt64Array(buffer));
    case "uint64":
      return Array.from(new BigUint64Array(buffer));
    default:
      return Array.from(new ARRAYS[type](buffer), (value) => Number.isFinite(value) ? value : String(value));
  }
}

function textsIn(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + view.getUint32(at, true);
    texts.push(new TextDecoder().decode(bytes.subarray(at + 4, end)));
    at = end;
  }
  return texts;
}

function outputsIn(answer: Uint8Array<ArrayBuffer>, length: string | null): CaseTensor[] {
  let start = length === null ? answer.length : Number(length);
  const text = new TextDecoder().decode(answer.subarray(0, start));
  const { outputs } = JSON.parse(text, (_, value, { source }: { source?: string } = {}) => {
    const isWide = typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? "");
    return isWide ? BigInt(source!) : value;
  });
  return outputs.map((output: Output) => {
    const { name, datatype, shape: dims, data, parameters } = output;
    const type = DATATYPES[datatype];
    if (data !== undefined) return { name, type, dims, bytes: bytesOf(type, data) };
    start += parameters!.binary_data_size;
    return { name, type, dims, bytes: answer.slice(start - parameters!.binary_data_size, start) };
  });
}

interface Output {
  readonly name: string;
  readonly datatype: string;
  readonly shape: number[];
  readonly data?: (number | bigint | string | boolean)[];
  readonly parameters?: { readonly binary_data_size: number };
}

function bytesOf(type: CaseTensor["type"], data: NonNullable<Output["data"]>): Uint8Array<ArrayBuffer> {
  const bytes = ({ buffer }: { buffer: ArrayBuffer }) => new Uint8Array(buffer);
  switch (type) {
    case "string":
      return textBytes(data.map((text) => new TextEncoder().encode(String(text))));
    case "bool":
      return Uint8Array.from(data, Number);
    case "int64":
      return bytes(BigInt64Array.from(data, (value) => BigInt(value)));
    case "uint64":
      return bytes(BigUint64Array.from(data, (value) => BigInt(value)));
    default:
      return bytes(ARRAYS[type].from(data.map(Number)));
  }
}
