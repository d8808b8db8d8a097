import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import type { TensorType } from "../../../../protocol/messages/finding.ts";
import { parseAs } from "../../../../protocol/schema.ts";
import type { TensorBytes } from "../../../../models/packed_tensors.ts";
import { bytesOfElement, bytesOfType } from "../../../../models/tensor_bytes.ts";
import { typeOf } from "./datatypes.ts";
import { type InferMessage, inferRequestSchema, type InputMessage } from "./infer_messages.ts";
import { bytesOfElements, parseWideJson } from "./json_elements.ts";

/** An output that a request names, and the form in which it wants it. */
export interface WantedOutput {
  readonly name: string;
  readonly isBinary: boolean;
  /** Number of classes that are wanted in place of the tensor; 0 for the tensor. */
  readonly classes: number;
}

/** A request to infer, with its tensors as bytes. */
export interface InferRequest {
  /** Absent if the request has none. */
  readonly id?: string;
  readonly inputs: readonly TensorBytes[];
  /** `null` for all outputs. */
  readonly outputs: readonly WantedOutput[] | null;
  /** True if outputs that the request does not name are wanted as bytes. */
  readonly isBinary: boolean;
  /** Absent if the request names none. */
  readonly gallery?: string;
}

/** The input of a request that is nothing but its bytes. */
export interface OnlyInput {
  readonly name: string;
  readonly type: TensorType;
  /** Shape of the input; one length at most is open (-1). */
  readonly dims: readonly number[];
}

/**
 * Reads a body: JSON, and the bytes of the inputs that say so, in their order. `headerLength` is the
 * length of the JSON as the request states it, `null` if the body is JSON only. Throws
 * `request_invalid` or `tensor_invalid`.
 */
export function readInferRequest(body: Uint8Array, headerLength: number | null): InferRequest {
  const jsonLength = headerLength ?? body.length;
  if (jsonLength > body.length) {
    throw invalid(`The request has ${body.length} bytes, fewer than the ${jsonLength} of its JSON.`);
  }
  const message = parseAs(inferRequestSchema, jsonIn(body.subarray(0, jsonLength)), {
    what: "The request",
    code: "request_invalid",
  });
  const isBinary = message.parameters?.binary_data_output ?? false;
  return {
    ...(message.id === undefined ? {} : { id: message.id }),
    ...(message.parameters?.gallery === undefined ? {} : { gallery: message.parameters.gallery }),
    inputs: inputsIn(message, body.subarray(jsonLength)),
    outputs: message.outputs?.map(({ name, parameters }) => ({
      name,
      isBinary: parameters?.binary_data ?? isBinary,
      classes: parameters?.classification ?? 0,
    })) ?? null,
    isBinary,
  };
}

function inputsIn({ inputs }: InferMessage, binary: Uint8Array): TensorBytes[] {
  let start = 0;
  const tensors = inputs.map((input) => {
    const size = input.parameters?.binary_data_size;
    if (size === undefined) return { ...described(input), bytes: elementsIn(input) };
    if (input.data !== undefined) throw invalid(`The input ${input.name} has data both in the JSON and behind it.`);
    const bytes = binary.subarray(start, start + size);
    start += size;
    if (bytes.length !== size) throw invalid(`The bytes of the input ${input.name} are cut short.`);
    return { ...described(input), bytes };
  });
  if (start !== binary.length) throw invalid(`${binary.length - start} bytes behind the JSON belong to no input.`);
  return tensors;
}

function described({ name, shape, datatype }: InputMessage): Omit<TensorBytes, "bytes"> {
  return { name, dims: shape, type: typeOf(datatype) };
}

function elementsIn({ name, shape, datatype, data }: InputMessage): Uint8Array {
  if (data === undefined) throw invalid(`The input ${name} has neither data nor a binary_data_size.`);
  return bytesOfElements(data, { type: typeOf(datatype), dims: shape, name });
}

function jsonIn(bytes: Uint8Array): unknown {
  if (bytes.length > LIMITS.tensorJsonBytesMax) {
    throw new DmlError(
      "request_invalid",
      `The JSON has ${bytes.length} bytes; at most ${LIMITS.tensorJsonBytesMax} are taken.`,
      { advice: "Send the tensors as bytes behind the JSON (binary_data_size)." },
    );
  }
  try {
    return parseWideJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw invalid("The request is not JSON.");
  }
}

/**
 * Returns the request of a body that is nothing but the bytes of `input`; of an input of BYTES, the
 * body is the only element.
 */
export function onlyInputRequest(bytes: Uint8Array, { name, type, dims }: OnlyInput): InferRequest {
  if (type === "string") {
    const input = { name, type, dims: dims.map(() => 1), bytes: bytesOfElement(bytes) };
    return { inputs: [input], outputs: null, isBinary: true };
  }
  const unit = bytesOfType(type);
  const fixed = dims.reduce((product, dim) => dim === -1 ? product : product * dim, 1) * unit;
  const open = fixed === 0 ? 0 : Math.floor(bytes.length / fixed);
  const shape = dims.map((dim) => dim === -1 ? open : dim);
  return { inputs: [{ name, type, dims: shape, bytes }], outputs: null, isBinary: true };
}

function invalid(sentence: string): DmlError {
  return new DmlError("request_invalid", sentence);
}
