import {
  decodeGalleryIndex,
  DEFAULT_THRESHOLDS,
  encodeGalleryIndex,
  galleryThresholdsSchema,
} from "../../../models/gallery/gallery_index.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";
import { makeGallery } from "./made_gallery.ts";

const { index } = makeGallery([], { dimensions: 4, bucketCount: 4 });
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

Deno.test("decodeGalleryIndex() restores what encodeGalleryIndex() wrote", () => {
  assertEquals(decodeGalleryIndex(encodeGalleryIndex(index)), index);
});

Deno.test("encodeGalleryIndex() writes the same bytes whatever the order of the keys", () => {
  const turned = Object.fromEntries(Object.entries(index).reverse()) as typeof index;
  assertEquals(encodeGalleryIndex(turned), encodeGalleryIndex(index));
});

Deno.test("decodeGalleryIndex() refuses an invalid index, with the reason", () => {
  const faults: [Uint8Array, string][] = [
    [Uint8Array.of(0x7b), "not JSON"],
    [Uint8Array.of(0xff), "not JSON"],
    [bytesOf({ ...index, surprise: 1 }), "surprise"],
    [bytesOf({ ...index, version: -1 }), "version"],
    [bytesOf({ ...index, buckets: index.buckets.slice(1) }), "3 buckets"],
    [bytesOf({ ...index, buckets: [] }), "buckets"],
    [bytesOf({ ...index, thresholds: { ...index.thresholds, known: 1.5 } }), "thresholds.known"],
  ];
  for (const [bytes, words] of faults) {
    const error = assertThrows(() => decodeGalleryIndex(bytes), DmlError, words);
    assertEquals(error.code, "gallery_invalid");
  }
});

Deno.test("DEFAULT_THRESHOLDS are valid, with room between known and unknown", () => {
  assertEquals(galleryThresholdsSchema.parse(DEFAULT_THRESHOLDS), DEFAULT_THRESHOLDS);
  assert(DEFAULT_THRESHOLDS.unknown < DEFAULT_THRESHOLDS.known);
});
