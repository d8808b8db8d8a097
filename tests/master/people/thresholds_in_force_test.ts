import fc from "fast-check";
import type { GalleryRecord } from "../../../master/people/people_store.ts";
import {
  changedThresholds,
  presumedSetting,
  thresholdsInForce,
  thresholdsOrigin,
} from "../../../master/people/thresholds_in_force.ts";
import { defaultThresholds } from "../../../models/gallery/default_thresholds.ts";
import { DEFAULT_THRESHOLDS } from "../../../models/gallery/gallery_index.ts";
import { thresholdsSchema } from "../../../protocol/http_api/people_api.ts";
import { assertEquals } from "../../assert.ts";

type Stored = Pick<GalleryRecord, "thresholds" | "thresholdsSet">;

const DEFAULT: Stored = { thresholds: DEFAULT_THRESHOLDS, thresholdsSet: null };
const thousandths = fc.integer({ min: -1_000, max: 1_000 }).map((steps) => steps / 1_000);
const numbers = fc.record({
  known: thousandths,
  unknown: thousandths,
  marginMin: fc.constantFrom(0, 0.05),
  eyeDistanceMin: fc.constantFrom(0, 12),
  sharpnessMin: fc.constantFrom(0, 10),
}).map(({ known, unknown, ...rest }) => ({
  known: Math.max(known, unknown),
  unknown: Math.min(known, unknown),
  ...rest,
}));
const setting = fc.record({ by: fc.constantFrom("hand" as const, "calibrate" as const), setMs: fc.nat() });
const stored: fc.Arbitrary<Stored> = fc.oneof(
  numbers.map((thresholds) => ({ thresholds: { ...thresholds, known: 0.45, unknown: 0.38 }, thresholdsSet: null })),
  fc.record({ thresholds: numbers, thresholdsSet: setting }),
);
const faces = fc.constantFrom(0, 1, 36, 400, 10_000, 1_000_000);

Deno.test("thresholdsInForce() follow the number of faces by default, and what somebody set never moves", () => {
  fc.assert(fc.property(stored, faces, (gallery, count) => {
    const inForce = thresholdsInForce(gallery, count);
    assertEquals(thresholdsSchema.safeParse(inForce).success, true);
    const moved = gallery.thresholdsSet === null ? defaultThresholds(count) : {};
    assertEquals(inForce, { ...gallery.thresholds, ...moved });
    assertEquals(thresholdsOrigin(gallery, count), gallery.thresholdsSet ?? { by: "default", faces: count });
  }));
});

Deno.test("changedThresholds() bring what is wanted into force, noted with who set it and when", () => {
  fc.assert(fc.property(stored, numbers, setting, faces, (gallery, wanted, { by, setMs }, count) => {
    const next = changedThresholds(gallery, { ...wanted, by }, { faces: count, nowMs: setMs });
    assertEquals(next, { thresholds: wanted, thresholdsSet: { by, setMs } });
    assertEquals(thresholdsInForce(next, count), wanted);
  }));
});

Deno.test("changedThresholds() keep the origin of known and unknown where nobody says otherwise and they stay", () => {
  fc.assert(fc.property(stored, faces, (gallery, count) => {
    const read = { ...thresholdsInForce(gallery, count), marginMin: 0.1 };
    const next = changedThresholds(gallery, read, { faces: count, nowMs: 7 });
    assertEquals(next, { ...gallery, thresholds: { ...gallery.thresholds, marginMin: 0.1 } });
    const other = changedThresholds(gallery, { ...read, known: 1, unknown: -1 }, { faces: count, nowMs: 7 });
    const isSame = read.known === 1 && read.unknown === -1;
    assertEquals(other.thresholdsSet, isSame ? gallery.thresholdsSet : { by: "hand", setMs: 7 });
  }));
});

Deno.test("changedThresholds() go back to the default, whatever was set, and keep the rest", () => {
  fc.assert(fc.property(stored, numbers, faces, (gallery, wanted, count) => {
    const next = changedThresholds(gallery, { ...wanted, by: "default" }, { faces: count, nowMs: 7 });
    assertEquals(thresholdsInForce(next, count), { ...wanted, ...defaultThresholds(count) });
    assertEquals(thresholdsOrigin(next, count), { by: "default", faces: count });
  }));
});

Deno.test("presumedSetting() takes the thresholds of a small gallery for the default, and others for set", () => {
  assertEquals(
    presumedSetting(changedThresholds(DEFAULT, { ...DEFAULT_THRESHOLDS, by: "default" }, AT).thresholds),
    null,
  );
  assertEquals(presumedSetting({ ...DEFAULT_THRESHOLDS, marginMin: 0.2 }), null);
  assertEquals(presumedSetting({ ...DEFAULT_THRESHOLDS, known: 0.5 }), { by: "hand", setMs: null });
  assertEquals(presumedSetting({ ...DEFAULT_THRESHOLDS, unknown: 0.3 }), { by: "hand", setMs: null });
});

const AT = { faces: 3, nowMs: 7 };
