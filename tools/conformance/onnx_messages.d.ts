/** Types of the part of the package `onnx-proto` that reads the tensors of test cases. */
interface Whole {
  toString(): string;
}

export interface TensorMessage {
  readonly name: string;
  readonly dataType: number;
  readonly dims: readonly Whole[];
  readonly rawData: Uint8Array;
  readonly floatData: readonly number[];
  readonly int32Data: readonly number[];
  readonly int64Data: readonly Whole[];
  readonly doubleData: readonly number[];
  readonly uint64Data: readonly Whole[];
  readonly stringData: readonly Uint8Array[];
}

declare const onnxProto: {
  readonly onnx: { readonly TensorProto: { decode(bytes: Uint8Array): TensorMessage } };
};
export default onnxProto;
