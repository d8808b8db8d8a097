import { concat } from "../../../../protocol/kernel/concat.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import type { TensorBytes } from "../../../../models/packed_tensors.ts";
import { countOf } from "../../../../models/tensor.ts";
import { tensorOfBytes } from "../../../../models/tensor_bytes.ts";
import { datatypeOf } from "./datatypes.ts";
import { elementsText } from "./json_elements.ts";

/** Header with the length of the JSON before the bytes of tensors. */
export const HEADER_LENGTH = "inference-header-content-length";

/** Smallest size of an element and its comma in JSON, in bytes. */
const ELEMENT_BYTES_MIN = 2;

/** An output, and whether it is wanted as bytes. */
export interface AnswerOutput extends TensorBytes {
  readonly isBinary: boolean;
}

export interface InferAnswer {
  readonly modelName: string;
  readonly modelVersion: string;
  /** The id of the request; absent if it has none. */
  readonly id?: string;
  readonly outputs: readonly AnswerOutput[];
}

/** A body, and the length of its JSON; `null` if it is JSON only. */
export interface AnswerBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headerLength: number | null;
}

/** Writes an answer. Throws `answer_too_large` if too much of it is wanted as JSON. */
export function writeInferAnswer({ modelName, modelVersion, id, outputs }: InferAnswer): AnswerBody {
  refuseMuchJson(outputs);
  const binary = outputs.filter(({ isBinary }) => isBinary);
  const members = [
    `"model_name":${JSON.stringify(modelName)}`,
    `"model_version":${JSON.stringify(modelVersion)}`,
    ...(id === undefined ? [] : [`"id":${JSON.stringify(id)}`]),
    `"outputs":[${outputs.map(outputText).join()}]`,
  ];
  const json = new TextEncoder().encode(`{${members.join()}}`);
  if (json.length > LIMITS.tensorJsonBytesMax) throw tooLarge();
  if (binary.length === 0) return { bytes: json, headerLength: null };
  return { bytes: concat([json, ...binary.map(({ bytes }) => bytes)]), headerLength: json.length };
}

function outputText({ name, type, dims, bytes, isBinary }: AnswerOutput): string {
  const head = `"name":${JSON.stringify(name)},"datatype":"${datatypeOf(type)}","shape":[${dims.join()}]`;
  if (isBinary) return `{${head},"parameters":{"binary_data_size":${bytes.length}}}`;
  const tensor = tensorOfBytes(bytes, { type, dims, what: `The output ${name}` });
  return `{${head},"data":${elementsText(tensor)}}`;
}

function refuseMuchJson(outputs: readonly AnswerOutput[]): void {
  const elements = outputs.reduce((sum, { dims, isBinary }) => isBinary ? sum : sum + countOf(dims), 0);
  if (elements * ELEMENT_BYTES_MIN > LIMITS.tensorJsonBytesMax) throw tooLarge();
}

function tooLarge(): DmlError {
  return new DmlError(
    "answer_too_large",
    `The outputs do not fit into ${LIMITS.tensorJsonBytesMax} bytes of JSON.`,
    { advice: 'Ask for them as bytes: "parameters": {"binary_data": true} of an output, or binary_data_output.' },
  );
}
