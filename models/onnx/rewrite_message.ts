import { concat } from "../../protocol/kernel/concat.ts";
import { type ByteRange, type ProtobufField, readFields } from "./protobuf.ts";

/**
 * Copies the message in `range`, replacing each field for which `change` does not return `null`. No
 * bytes in its place remove a field.
 */
export function rewriteMessage(
  bytes: Uint8Array,
  range: ByteRange,
  change: (field: ProtobufField) => Uint8Array | null,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let from = range.start;
  for (const field of readFields(bytes, range)) {
    parts.push(change(field) ?? bytes.subarray(from, field.end));
    from = field.end;
  }
  return concat(parts);
}
