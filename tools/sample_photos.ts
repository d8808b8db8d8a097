/**
 * Six photos of real people, 1920 pixels wide, from the npm package that contains them, and the
 * number of faces on each.
 */
const PHOTOS = [
  { faces: 3, load: () => import("sample-photos/demo/sample1.jpg", { with: { type: "bytes" } }) },
  { faces: 3, load: () => import("sample-photos/demo/sample2.jpg", { with: { type: "bytes" } }) },
  { faces: 3, load: () => import("sample-photos/demo/sample3.jpg", { with: { type: "bytes" } }) },
  { faces: 4, load: () => import("sample-photos/demo/sample4.jpg", { with: { type: "bytes" } }) },
  { faces: 5, load: () => import("sample-photos/demo/sample5.jpg", { with: { type: "bytes" } }) },
  { faces: 4, load: () => import("sample-photos/demo/sample6.jpg", { with: { type: "bytes" } }) },
] as const;

/** Number of faces on each photo, in order: 22 in all. */
export const SAMPLE_FACES: readonly number[] = PHOTOS.map(({ faces }) => faces);

/** Returns a copy of the JPEG of photo `number`, 1 to 6. */
export async function samplePhoto(number: number): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from((await PHOTOS[number - 1].load()).default);
}

/** Returns copies of all six photos, in order. */
export function samplePhotos(): Promise<Uint8Array<ArrayBuffer>[]> {
  return Promise.all(PHOTOS.map((_, index) => samplePhoto(index + 1)));
}

/**
 * Returns the same JPEG with one number of a quantization table changed. The picture looks almost
 * the same, but neither it nor its annotated copy is byte for byte equal to an earlier one.
 * `variant` is 0 to 999.
 */
export function variantOf(photo: Uint8Array, variant: number): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(photo);
  const table = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xdb) + 5;
  // The numbers after the first 8 of the 64 are changed, because the first ones determine how the
  // picture looks.
  bytes[table + 8 + variant % 50] += 1 + Math.floor(variant / 50);
  return bytes;
}
