/**
 * The numbers of the fields that dml reads of the messages in
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

export const MODEL = {
  irVersion: 1,
  producer: 2,
  producerVersion: 3,
  graph: 7,
  operatorSet: 8,
  metadata: 14,
  function: 25,
} as const;
export const OPERATOR_SET = { domain: 1, version: 2 } as const;
export const METADATA = { key: 1, value: 2 } as const;
export const FUNCTION = { name: 1, node: 7, domain: 10 } as const;
export const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13, sparseInitializer: 15 } as const;
export const NODE = { input: 1, output: 2, operator: 4, attribute: 5, domain: 7 } as const;
export const ATTRIBUTE = { name: 1, integer: 3, tensor: 5, graph: 6, tensors: 10, graphs: 11, type: 20 } as const;
export const TENSOR = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  name: 8,
  rawData: 9,
  externalData: 13,
  dataLocation: 14,
} as const;
export const VALUE_INFO = { name: 1, type: 2 } as const;
export const TYPE = { tensor: 1 } as const;
export const TENSOR_TYPE = { elementType: 1, shape: 2 } as const;
export const SHAPE = { dimension: 1 } as const;
export const DIMENSION = { value: 1, symbol: 2 } as const;

/** `TensorProto.DataLocation.EXTERNAL`. */
export const EXTERNAL = 1;

/** `TensorProto.DataType.FLOAT`. */
export const FLOAT32 = 1;
/** `AttributeProto.AttributeType.INT`. */
export const INTEGER = 2;
