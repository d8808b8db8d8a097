import { concat } from "../../../protocol/kernel/concat.ts";

/** A protobuf encoder for tests, after the same page of the specification as the reader. */

/**
 * One field; `bytes` holds the payload of a length-delimited field, `fixed` the 4 or 8 raw bytes of
 * a fixed-size one.
 */
export type WrittenField =
  | { readonly number: number; readonly varint: number }
  | { readonly number: number; readonly bytes: Uint8Array }
  | { readonly number: number; readonly fixed: Uint8Array };

export function message(...fields: readonly WrittenField[]): Uint8Array<ArrayBuffer> {
  return concat(fields.map(field));
}

function field(written: WrittenField): Uint8Array {
  const tag = (wireType: number) => varint(written.number * 8 + wireType);
  if ("varint" in written) return concat([tag(0), varint(written.varint)]);
  if ("bytes" in written) {
    return concat([tag(2), varint(written.bytes.length), written.bytes]);
  }
  return concat([tag(written.fixed.length === 8 ? 1 : 5), written.fixed]);
}

export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(rest % 128 + 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

export function floats(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => view.setFloat32(index * 4, value, true));
  return new Uint8Array(view.buffer);
}
