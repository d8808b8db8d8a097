/** The numbers of the fields that dml reads of the messages in https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */

export const MODEL = { graph: 7 } as const;
export const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;
export const NODE = { input: 1, output: 2, operator: 4, attribute: 5 } as const;
export const ATTRIBUTE = { name: 1, integer: 3, tensor: 5, graph: 6, graphs: 11, type: 20 } as const;
export const TENSOR = { dims: 1, dataType: 2, floatData: 4, name: 8, rawData: 9 } as const;
export const VALUE_INFO = { name: 1 } as const;

/** `TensorProto.DataType.FLOAT`. */
export const FLOAT32 = 1;
/** `AttributeProto.AttributeType.INT`. */
export const INTEGER = 2;
