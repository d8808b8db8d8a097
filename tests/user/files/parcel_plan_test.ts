import fc from "fast-check";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { parcelsOf } from "../../../user/files/parcel_plan.ts";
import { assert, assertEquals } from "../../assert.ts";

Deno.test("parcelsOf() puts small files together and cuts large ones", () => {
  const files = [{ size: 3, start: 0 }, null, { size: 25, start: 5 }, { size: 0, start: 0 }];
  assertEquals([...parcelsOf(files, { bytesMax: 10 })], [
    [{ file: 0, offset: 0, bytes: 3 }, { file: 2, offset: 5, bytes: 7 }],
    [{ file: 2, offset: 12, bytes: 10 }],
    [{ file: 2, offset: 22, bytes: 3 }, { file: 3, offset: 0, bytes: 0 }],
  ]);
});

Deno.test("parcelsOf() covers every wanted byte once, in order, in parcels that may be sent", () => {
  const wanted = fc.option(
    fc.record({ size: fc.nat(300), share: fc.double({ min: 0, max: 0.99, noNaN: true }) })
      .map(({ size, share }) => ({ size, start: Math.floor(size * share) })),
  );
  fc.assert(fc.property(fc.array(wanted, { maxLength: 50 }), fc.integer({ min: 1, max: 100 }), (files, bytesMax) => {
    const next = files.map((file) => file?.start ?? null);
    const seen = files.map(() => false);
    for (const segments of parcelsOf(files, { bytesMax })) {
      assert(segments.length > 0 && segments.length <= LIMITS.fileBatchFilesMax);
      assert(segments.reduce((sum, { bytes }) => sum + bytes, 0) <= bytesMax);
      for (const { file, offset, bytes } of segments) {
        assertEquals(offset, next[file]);
        next[file] = offset + bytes;
        seen[file] = true;
      }
    }
    assertEquals(next, files.map((file) => file?.size ?? null));
    assertEquals(seen, files.map((file) => file !== null));
  }));
});
