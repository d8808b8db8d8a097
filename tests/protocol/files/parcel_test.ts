import { decodeParcel, encodeParcel, shrinks, splitParcel } from "../../../protocol/files/parcel.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { newId } from "../../../protocol/kernel/id.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";

const COPY = newId("copy", seededRandom(1));

function headOf(bytes: number) {
  return { copyId: COPY, segments: [{ file: 0, offset: 0, bytes }], faults: [] };
}

function noise(length: number): Uint8Array<ArrayBuffer> {
  const random = seededRandom(3);
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

Deno.test("encodeParcel() compresses what shrinks, and nothing else; decodeParcel() gives back the bytes", async () => {
  const cases = [
    { bytes: new TextEncoder().encode("the same line\n".repeat(5_000)), encoding: "zstd" },
    { bytes: noise(100_000), encoding: "none" },
    { bytes: new TextEncoder().encode("short"), encoding: "none" },
    { bytes: new Uint8Array(0), encoding: "none" },
  ];
  for (const { bytes, encoding } of cases) {
    const parcel = await encodeParcel(headOf(bytes.length), bytes);
    assertEquals(splitParcel(parcel).head.encoding, encoding);
    assertEquals((await decodeParcel(parcel)).bytes.length, bytes.length);
    assertEquals(new Uint8Array((await decodeParcel(parcel)).bytes), bytes);
    if (encoding === "zstd") assert(parcel.length < bytes.length / 10);
  }
});

Deno.test("shrinks() looks at the start, the middle and the end", () => {
  const mixed = noise(1_000_000);
  assertEquals(shrinks(mixed), false);
  assertEquals(shrinks(mixed.fill(0, 0, 600_000)), true);
});

Deno.test("decodeParcel() refuses damaged parcels, and those that unpack to more than a piece", async () => {
  const parcel = await encodeParcel(headOf(5), new Uint8Array(5));
  const damaged = [new Uint8Array(0), new Uint8Array([0, 0, 1]), parcel.slice(0, 20), parcel.slice(0, -1)];
  for (const bytes of damaged) {
    await assertRejects(() => decodeParcel(bytes), DmlError);
  }
  const bomb = await encodeParcel(headOf(0), new Uint8Array(LIMITS.filePieceBytes + 1));
  await assertRejects(() => decodeParcel(bomb), Error, "cannot be unpacked");
});
