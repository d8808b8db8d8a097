// deno-lint-ignore-file no-control-regex -- files begin with them
import { DmlError } from "../../protocol/kernel/errors.ts";

/** Files that people take for ONNX, recognised by their first bytes. */
const BEGINNINGS: readonly { readonly pattern: RegExp; readonly what: string; readonly advice: string }[] = [
  {
    pattern: /^(\ufeff)?\s*<(!doctype|html|head|body|\?xml|svg)/i,
    what: "a web page or XML",
    advice: "The server answered with a page; find the address of the file itself, often behind `raw` or `download`.",
  },
  {
    pattern: /^version https:\/\/git-lfs/,
    what: "a pointer of Git LFS",
    advice: "Fetch the file itself: `git lfs pull`, or download it.",
  },
  { pattern: /^\x89PNG/, what: "a PNG picture", advice: "Name the model; pictures go to `dml predict`." },
  { pattern: /^\xff\xd8\xff/, what: "a JPEG picture", advice: "Name the model; pictures go to `dml predict`." },
  {
    pattern: /^PK\x03\x04/,
    what: "a zip archive, as PyTorch saves models",
    advice: "Export it to ONNX (torch.onnx.export), or unpack it.",
  },
  { pattern: /^\x1f\x8b/, what: "compressed with gzip", advice: "Unpack it first." },
  { pattern: /^.{4}TFL3/s, what: "a TensorFlow Lite model", advice: "Convert it to ONNX with tf2onnx." },
  { pattern: /^\x89HDF/, what: "an HDF5 file, as Keras saves models", advice: "Convert it to ONNX with tf2onnx." },
  { pattern: /^.{4}ORTM/s, what: "an ORT model", advice: "Name the ONNX file that it was made of." },
  { pattern: /^\x80[\x02-\x05]/, what: "a Python pickle", advice: "Export it to ONNX (torch.onnx.export)." },
  { pattern: /^.{8}\{"/s, what: "a safetensors file: weights without a model", advice: "Export the model to ONNX." },
  { pattern: /^\s*[{[]/, what: "JSON", advice: "Name the ONNX file; a manifest goes to --manifest." },
];
const BEGINNING_BYTES = 256;

/**
 * Throws `model_invalid` if `bytes` are empty or plainly something else; says what, and how to
 * get at the model.
 */
export function refuseOtherFormats(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new DmlError("model_invalid", "It is not an ONNX file: it is empty.");
  const beginning = String.fromCharCode(...bytes.subarray(0, BEGINNING_BYTES));
  for (const { pattern, what, advice } of BEGINNINGS) {
    if (!pattern.test(beginning)) continue;
    throw new DmlError("model_invalid", `It is not an ONNX file but ${what}.`, { advice });
  }
}
