import { uint32 } from "../byte_writer.ts";
import { concat } from "../../../../protocol/kernel/concat.ts";

/**
 * Returns `avif`, a file of one item as the encoder writes it, with properties that rotate it by
 * `quarters` counterclockwise and then mirror it (axis 0: top to bottom, 1: left to right).
 */
export function turnAvif(
  avif: Uint8Array,
  options: { quarters: number; mirrorAxis?: 0 | 1 },
): Uint8Array<ArrayBuffer> {
  const { quarters, mirrorAxis } = options;
  const added = [
    ...[0, 0, 0, 9, ...letters("irot"), quarters],
    ...(mirrorAxis === undefined ? [] : [0, 0, 0, 9, ...letters("imir"), mirrorAxis]),
  ];
  const newProperties = added.length / 9;
  const ipco = find(avif, "ipco");
  const ipma = find(avif, "ipma");
  const count = propertyCount(avif, ipco);
  const indices = Array.from({ length: newProperties }, (_, index) => 0x80 | (count + 1 + index));
  const shift = added.length + indices.length;
  const turned = concat([
    avif.subarray(0, ipco.end),
    Uint8Array.from(added),
    avif.subarray(ipco.end, ipma.end),
    Uint8Array.from(indices),
    avif.subarray(ipma.end),
  ]);
  for (const [type, bytes] of [["meta", shift], ["iprp", shift], ["ipco", added.length]] as const) {
    addTo(turned, find(turned, type).start, bytes);
  }
  const moved = find(turned, "ipma");
  addTo(turned, moved.start, indices.length);
  // Version and flags, one entry of a 16-bit item, then the number of its properties.
  turned[moved.start + 8 + 4 + 4 + 2] += indices.length;
  moveItem(turned, shift);
  return turned;
}

/**
 * Adds `shift` to the offset in `iloc` (version 0, one item of one extent), which follows the
 * item's id, reference and count.
 */
function moveItem(bytes: Uint8Array, shift: number): void {
  const { start } = find(bytes, "iloc");
  const baseOffsetBytes = bytes[start + 13] >> 4;
  addTo(bytes, start + 8 + 4 + 2 + 2 + 2 + 2 + baseOffsetBytes + 2, shift);
}

function find(bytes: Uint8Array, type: string): { start: number; end: number } {
  const [first, second, third, fourth] = letters(type);
  const at = bytes.findIndex((value, index) =>
    value === first && bytes[index + 1] === second && bytes[index + 2] === third &&
    bytes[index + 3] === fourth
  );
  const start = at - 4;
  return { start, end: start + new DataView(bytes.buffer, bytes.byteOffset).getUint32(start) };
}

function propertyCount(bytes: Uint8Array, ipco: { start: number; end: number }): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let count = 0;
  for (let at = ipco.start + 8; at < ipco.end; at += view.getUint32(at)) count++;
  return count;
}

function addTo(bytes: Uint8Array, offset: number, amount: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  bytes.set(uint32(view.getUint32(offset) + amount), offset);
}

function letters(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
