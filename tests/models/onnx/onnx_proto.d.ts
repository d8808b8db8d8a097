/** Types of the part of the package that the tests use. */
interface Messages<Message> {
  create(properties: Message): Message;
  encode(message: Message): { finish(): Uint8Array };
}

interface ValueInfo {
  name: string;
  type: { tensorType: { elemType: number; shape: { dim: ({ dimValue: number } | { dimParam: string })[] } } };
}

interface Model {
  irVersion: number;
  opsetImport: { domain: string; version: number }[];
  graph: {
    name: string;
    node: {
      opType: string;
      input: readonly string[];
      output: readonly string[];
      attribute: { name: string; type: number; i?: number; ints?: readonly number[] }[];
    }[];
    initializer: { name: string; dims: readonly number[]; dataType: number; rawData: Uint8Array }[];
    input: ValueInfo[];
    output: ValueInfo[];
  };
}

declare const onnxProto: { readonly onnx: { readonly ModelProto: Messages<Model> } };
export default onnxProto;
