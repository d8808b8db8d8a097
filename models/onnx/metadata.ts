import { textAt } from "./graph.ts";
import { METADATA } from "./onnx_fields.ts";
import { type ByteRange, readFields } from "./protobuf.ts";

const ENTRIES_MAX = 64;
/** The longest value of a note, in bytes: a list of a thousand labels fits, a novel does not. */
const VALUE_BYTES_MAX = 256 * 1024;

/** Puts one note of the exporter `into` a map, unless it is too long or one too many. */
export function readMetadata(
  bytes: Uint8Array,
  { range, into }: { range: ByteRange; into: Map<string, string> },
): void {
  let [key, value] = ["", ""];
  for (const field of readFields(bytes, range)) {
    if (field.wireType !== "bytes" || field.end - field.start > VALUE_BYTES_MAX) continue;
    if (field.number === METADATA.key) key = textAt(bytes, field);
    if (field.number === METADATA.value) value = textAt(bytes, field);
  }
  if (key !== "" && into.size < ENTRIES_MAX) into.set(key, value);
}
