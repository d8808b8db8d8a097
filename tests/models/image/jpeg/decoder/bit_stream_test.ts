import fc from "fast-check";
import { CHUNK_AT, CHUNK_BYTES_MAX, STATE, STATE_AT } from "../../../../../models/image/jpeg/decoder/memory_map.ts";
import { ScanReader } from "../../../../../models/image/jpeg/decoder/scan_reader.ts";
import { assertEquals } from "../../../../assert.ts";
import { FREE_AT, openKernel } from "./opened_kernel.ts";

const { kernel, memory } = openKernel();
const STREAM_END = FREE_AT + 200_000;
const state = new DataView(memory, STATE_AT);

/** Returns the bytes of the memory, in the order of the file. */
function stream(): number[] {
  const target = state.getUint32(STATE.target, true);
  return [...new Uint8Array(memory, target, STREAM_END - target)].reverse();
}

/** Bytes with many zeros and ones among them, and stuffed as in a scan. */
const bits = fc.array(fc.oneof(fc.constantFrom(0, 0xff, 0xff), fc.nat(255)), { maxLength: 300 });
const stuffed = (bytes: readonly number[]) => bytes.flatMap((byte) => byte === 0xff ? [byte, 0] : [byte]);

Deno.test("unstuff() takes the zeros behind bytes of ones away, up to a marker", () => {
  fc.assert(fc.property(bits, fc.integer({ min: 1, max: 255 }), (bits, marker) => {
    const bytes = stuffed(bits);
    new Uint8Array(memory).set([...bytes, 0xff, marker, 0xff, 0], CHUNK_AT);
    state.setUint32(STATE.target, STREAM_END, true);
    assertEquals(kernel.unstuff(CHUNK_AT), CHUNK_AT + bytes.length);
    assertEquals(stream(), bits);
  }));
});

Deno.test("ScanReader.next() reads a scan in parts, wherever they end", () => {
  const reader = (bytes: Uint8Array) => new ScanReader(bytes, { start: 0, streamEnd: STREAM_END, kernel, memory });
  fc.assert(
    fc.property(bits, fc.integer({ min: 0, max: 4 }), (bits, missing) => {
      // The first part ends somewhere in these bits.
      const long = [
        ...new Array<number>(CHUNK_BYTES_MAX - missing - bits.length).fill(1),
        ...bits,
        0xff,
        0xff,
        ...bits,
      ];
      reader(Uint8Array.from([...stuffed(long), 0xff, 0xd9])).next();
      assertEquals(stream(), long);
    }),
    { numRuns: 30 },
  );
  for (const end of [[], [0xff]]) {
    reader(Uint8Array.from([1, 2, 3, ...end])).next();
    assertEquals(stream(), [1, 2, 3]);
  }
});
