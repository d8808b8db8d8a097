import { message } from "./protobuf_writer.ts";

const FLOAT32 = 1;

/**
 * Returns an ONNX file (opset 13) of one operator without attributes, from `inputs` to `out`, over
 * tensors of two numbers.
 */
export function smallModel(
  operator: string,
  options: { inputs: readonly string[]; inputType?: number; outputType?: number },
): Uint8Array<ArrayBuffer> {
  const { inputs, inputType = FLOAT32, outputType = FLOAT32 } = options;
  const node = message(
    ...inputs.map((name) => ({ number: 1, bytes: text(name) })),
    { number: 2, bytes: text("out") },
    { number: 4, bytes: text(operator) },
  );
  const graph = message(
    { number: 1, bytes: node },
    { number: 2, bytes: text("small") },
    ...inputs.map((name) => ({ number: 11, bytes: valueInfo(name, inputType) })),
    { number: 12, bytes: valueInfo("out", outputType) },
  );
  return message(
    { number: 1, varint: 8 },
    { number: 7, bytes: graph },
    { number: 8, bytes: message({ number: 2, varint: 13 }) },
  );
}

function valueInfo(name: string, dataType: number): Uint8Array {
  const shape = message({ number: 1, bytes: message({ number: 1, varint: 2 }) });
  const tensorType = message({ number: 1, varint: dataType }, { number: 2, bytes: shape });
  return message(
    { number: 1, bytes: text(name) },
    { number: 2, bytes: message({ number: 1, bytes: tensorType }) },
  );
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
