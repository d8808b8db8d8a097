import fc from "fast-check";
import type { GalleryRecord } from "../../../master/people/people_store.ts";
import {
  areSameThresholds,
  changedThresholds,
  lookalikeMin,
  presumedSetting,
  thresholdsInForce,
  thresholdsOrigin,
  withModelThresholds,
} from "../../../master/people/thresholds_in_force.ts";
import { defaultThresholds } from "../../../models/gallery/default_thresholds.ts";
import { DEFAULT_THRESHOLDS } from "../../../models/gallery/gallery_index.ts";
import { type GalleryListing, thresholdsSchema } from "../../../protocol/http_api/people_api.ts";
import { assertEquals } from "../../assert.ts";

type Stored = Pick<GalleryRecord, "thresholds" | "thresholdsSet" | "modelThresholds">;

const DEFAULT: Stored = { thresholds: DEFAULT_THRESHOLDS, thresholdsSet: null, modelThresholds: null };
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
const modelThresholds = fc.option(
  fc.oneof(
    numbers.map(({ known, unknown }) => ({ known, unknown })),
    numbers.map(({ known, unknown, marginMin }) => ({ known, unknown, marginMin })),
  ),
);
const stored: fc.Arbitrary<Stored> = fc.oneof(
  fc.record({
    thresholds: numbers.map((thresholds) => ({ ...thresholds, known: 0.45, unknown: 0.38 })),
    thresholdsSet: fc.constant(null),
    modelThresholds,
  }),
  fc.record({ thresholds: numbers, thresholdsSet: setting, modelThresholds }),
);
const faces = fc.constantFrom(0, 1, 36, 400, 10_000, 1_000_000);

/** The default of a gallery: that of its model, or that for its number of faces. */
function defaultOf({ modelThresholds }: Stored, count: number) {
  const { known, unknown } = modelThresholds ?? defaultThresholds(count);
  return { known, unknown };
}

/** The origin of a default. */
function defaultOrigin({ modelThresholds }: Stored, count: number): GalleryListing["thresholdsOrigin"] {
  return modelThresholds === null ? { by: "default", faces: count } : { by: "model" };
}

Deno.test("thresholdsInForce() follow the model or the number of faces, and what somebody set never moves", () => {
  fc.assert(fc.property(stored, faces, (gallery, count) => {
    const inForce = thresholdsInForce(gallery, count);
    assertEquals(thresholdsSchema.safeParse(inForce).success, true);
    const moved = gallery.thresholdsSet === null ? defaultOf(gallery, count) : {};
    assertEquals(inForce, { ...gallery.thresholds, ...moved });
    assertEquals(thresholdsOrigin(gallery, count), gallery.thresholdsSet ?? defaultOrigin(gallery, count));
  }));
});

Deno.test("withModelThresholds() takes what the next model has, and keeps what somebody set", () => {
  const own = { known: 0.363, unknown: 0.3, marginMin: 0.02 };
  const taken = { ...DEFAULT, ...withModelThresholds(DEFAULT, own) };
  assertEquals(thresholdsInForce(taken, 10_000), { ...DEFAULT_THRESHOLDS, ...own });
  const plain = { ...taken, ...withModelThresholds(taken, { known: 0.5, unknown: 0.4 }) };
  assertEquals(thresholdsInForce(plain, 10_000), { ...DEFAULT_THRESHOLDS, known: 0.5, unknown: 0.4 });
  const back = { ...taken, ...withModelThresholds(taken, null) };
  assertEquals(back, DEFAULT);
  fc.assert(fc.property(stored, modelThresholds, faces, (gallery, next, count) => {
    const changed = { ...gallery, ...withModelThresholds(gallery, next) };
    assertEquals(changed.modelThresholds, next);
    if (gallery.thresholdsSet !== null) {
      assertEquals(thresholdsInForce(changed, count), thresholdsInForce(gallery, count));
    } else assertEquals(thresholdsOrigin(changed, count), defaultOrigin(changed, count));
    assertEquals(areSameThresholds(changed.modelThresholds, next), true);
  }));
});

Deno.test("withModelThresholds() keeps a margin that somebody set, without known and unknown", () => {
  const { thresholds, thresholdsSet } = changedThresholds(DEFAULT, { ...DEFAULT_THRESHOLDS, marginMin: 0.2 }, AT);
  const changed = withModelThresholds({ ...DEFAULT, thresholds, thresholdsSet }, {
    known: 0.4,
    unknown: 0.3,
    marginMin: 0.02,
  });
  assertEquals(changed.thresholds.marginMin, 0.2);
});

Deno.test("lookalikeMin() is the bar of a model that has one, and the default's of one that has none", () => {
  assertEquals(lookalikeMin(DEFAULT, 1), 0.5);
  assertEquals(lookalikeMin({ ...DEFAULT, modelThresholds: { known: 0.363, unknown: 0.3 } }, 10_000), 0.363);
  const set = { by: "calibrate", setMs: 7 } as const;
  const calibrated = { thresholds: { ...DEFAULT_THRESHOLDS, known: 0.39 }, thresholdsSet: set };
  assertEquals(lookalikeMin({ ...calibrated, modelThresholds: { known: 0.363, unknown: 0.3 } }, 10_000), 0.39);
});

Deno.test("changedThresholds() bring what is wanted into force, noted with who set it and when", () => {
  fc.assert(fc.property(stored, numbers, setting, faces, (gallery, wanted, { by, setMs }, count) => {
    const next = changedThresholds(gallery, { ...wanted, by }, { faces: count, nowMs: setMs });
    assertEquals(next, { thresholds: wanted, thresholdsSet: { by, setMs } });
    assertEquals(thresholdsInForce({ ...gallery, ...next }, count), wanted);
  }));
});

Deno.test("changedThresholds() keep the origin of known and unknown where nobody says otherwise and they stay", () => {
  fc.assert(fc.property(stored, faces, (gallery, count) => {
    const read = { ...thresholdsInForce(gallery, count), marginMin: 0.1 };
    const next = changedThresholds(gallery, read, { faces: count, nowMs: 7 });
    const { modelThresholds: _, ...kept } = gallery;
    assertEquals(next, { ...kept, thresholds: { ...gallery.thresholds, marginMin: 0.1 } });
    const other = changedThresholds(gallery, { ...read, known: 1, unknown: -1 }, { faces: count, nowMs: 7 });
    const isSame = read.known === 1 && read.unknown === -1;
    assertEquals(other.thresholdsSet, isSame ? gallery.thresholdsSet : { by: "hand", setMs: 7 });
  }));
});

Deno.test("changedThresholds() go back to the default, whatever was set, and keep the rest", () => {
  fc.assert(fc.property(stored, numbers, faces, (gallery, wanted, count) => {
    const next = changedThresholds(gallery, { ...wanted, by: "default" }, { faces: count, nowMs: 7 });
    const back = { ...gallery, ...next };
    assertEquals(thresholdsInForce(back, count), { ...wanted, ...defaultOf(gallery, count) });
    assertEquals(thresholdsOrigin(back, count), defaultOrigin(gallery, count));
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
