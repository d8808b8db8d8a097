import { DmlError } from "../../protocol/kernel/errors.ts";

/** The encoding of a field's value. Groups (3 and 4) are long gone from the format and refused. */
export type WireType = "varint" | "fixed64" | "bytes" | "fixed32";

const WIRE_TYPES: readonly (WireType | undefined)[] = [
  "varint",
  "fixed64",
  "bytes",
  undefined,
  undefined,
  "fixed32",
];
const VARINT_BYTES_MAX = 10;

/** One field of a message: its number, and the place of its value in the bytes that were read. */
export interface ProtobufField {
  readonly number: number;
  readonly wireType: WireType;
  /** Value of a varint, exact up to 2^53; 0 for every other wire type. */
  readonly value: number;
  /** Offset of the payload: after the tag, and after the length of a `bytes` field. */
  readonly start: number;
  /** End of the payload, exclusive. */
  readonly end: number;
}

/** A stretch of a file that holds one message. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Yields the fields of the message in `range` of `bytes`, in the order of the file; nothing is
 * copied.
 *
 * Throws `model_invalid` if a field does not fit into the range, so no hostile file makes a
 * reader leave it. Method: https://protobuf.dev/programming-guides/encoding/
 */
export function* readFields(
  bytes: Uint8Array,
  range: ByteRange = { start: 0, end: bytes.length },
): Generator<ProtobufField> {
  const end = Math.min(range.end, bytes.length);
  let at = range.start;
  while (at < end) {
    const tag = readVarint(bytes, { start: at, end });
    const number = Math.floor(tag.value / 8);
    const wireType = WIRE_TYPES[tag.value % 8];
    if (wireType === undefined || number < 1) throw damaged(at);
    const field = readPayload(bytes, { start: tag.end, end }, { number, wireType });
    yield field;
    at = field.end;
  }
}

function readPayload(
  bytes: Uint8Array,
  range: ByteRange,
  head: { number: number; wireType: WireType },
): ProtobufField {
  let start = range.start;
  let end: number;
  let value = 0;
  switch (head.wireType) {
    case "varint":
      ({ value, end } = readVarint(bytes, range));
      break;
    case "bytes": {
      const length = readVarint(bytes, range);
      start = length.end;
      end = start + length.value;
      break;
    }
    case "fixed64":
      end = start + 8;
      break;
    case "fixed32":
      end = start + 4;
      break;
  }
  if (end > range.end) throw damaged(range.start);
  return { ...head, value, start, end };
}

function readVarint(bytes: Uint8Array, range: ByteRange): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  const last = Math.min(range.end, range.start + VARINT_BYTES_MAX);
  for (let at = range.start; at < last; at++) {
    const byte = bytes[at];
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
    scale *= 128;
  }
  throw damaged(range.start);
}

function damaged(at: number): DmlError {
  return new DmlError(
    "model_invalid",
    `The model file is not an ONNX file: its protobuf is cut short or invalid at byte ${at}.`,
  );
}
