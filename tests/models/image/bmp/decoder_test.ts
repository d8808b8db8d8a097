import { readImageHeader } from "../../../../models/image/format.ts";
import { createImageCodec } from "../../../../models/image/image_codec.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../../../assert.ts";
import { imageAssets } from "../asset_source.ts";
import { difference, makePicture } from "../fixtures.ts";
import { argb, type BmpOptions, makeBmp } from "./bmp_writer.ts";

/** A width that fills no row, whatever the depth. */
const SIZE = { width: 37, height: 21 };
const picture = makePicture(SIZE.width, SIZE.height);
const codec = createImageCodec(imageAssets);

function colourAt(x: number, y: number): readonly number[] {
  const at = (y * SIZE.width + x) * 3;
  return [...picture.data.subarray(at, at + 3)];
}

async function refusal(bytes: Uint8Array): Promise<DmlError> {
  return await assertRejects(() => codec.decode(bytes), DmlError);
}

/** A palette and a picture that uses all of it. */
function indexed(depth: number): BmpOptions & { palette: number[][] } {
  const count = 2 ** depth;
  const palette = Array.from({ length: count }, (_, index) => [index, 255 - index, (index * 7) & 255]);
  return { ...SIZE, depth, palette, pixelAt: (x, y) => (x * 5 + y * 3) % count };
}

/** R, G, B of every pixel. */
function shownOf({ palette, pixelAt }: BmpOptions & { palette: number[][] }): Uint8Array {
  const pixels = Array.from({ length: SIZE.width * SIZE.height }, (_, pixel) => pixel);
  return Uint8Array.from(
    pixels.flatMap((pixel) => palette[pixelAt(pixel % SIZE.width, Math.floor(pixel / SIZE.width))]),
  );
}

Deno.test("ImageCodec.decode() decodes a BMP of 24 and 32 bits of every version, from the bottom and from the top", async () => {
  for (const depth of [24, 32]) {
    for (const headerBytes of [12, 16, 40, 52, 56, 64, 108, 124]) {
      for (const height of headerBytes === 12 ? [21] : [21, -21]) {
        // Without masks the upper byte of 32 bits is no alpha.
        const bmp = makeBmp({ ...SIZE, height, depth, headerBytes, pixelAt: (x, y) => argb(colourAt(x, y), 7) });
        assertEquals(difference(await codec.decode(bmp), picture), 0, `${depth} bits, ${headerBytes}, ${height}`);
      }
    }
  }
});

Deno.test("ImageCodec.decode() decodes a BMP with a palette", async () => {
  for (const depth of [1, 2, 4, 8]) {
    for (const headerBytes of [12, 40, 124]) {
      const options = indexed(depth);
      assertEquals((await codec.decode(makeBmp({ ...options, headerBytes }))).data, shownOf(options), `${depth} bits`);
    }
  }
  const short = { ...indexed(8), palette: [[1, 2, 3], [4, 5, 6]], pixelAt: (x: number) => x % 3 };
  const { data } = await codec.decode(makeBmp(short));
  assertEquals(data.slice(0, 9), Uint8Array.of(1, 2, 3, 4, 5, 6, 0, 0, 0));
});

Deno.test("ImageCodec.decode() decodes a BMP whose channels are where its masks say", async () => {
  const masks = { "565": [0xf800, 0x7e0, 0x1f], "555": [0x7c00, 0x3e0, 0x1f] };
  const scaled = (value: number, bits: number) => Math.round((value * (2 ** bits - 1)) / 255);
  for (const [name, own] of Object.entries(masks)) {
    const [red, green, blue] = [...name].map(Number);
    const pixelAt = (x: number, y: number) => {
      const [r, g, b] = colourAt(x, y);
      return (scaled(r, red) << (green + blue)) | (scaled(g, green) << blue) | scaled(b, blue);
    };
    for (const headerBytes of [40, 52, 124]) {
      const bmp = makeBmp({ ...SIZE, depth: 16, compression: 3, masks: own, headerBytes, pixelAt });
      assert(difference(await codec.decode(bmp), picture) <= 4, name);
    }
    if (name !== "555") continue;
    assert(difference(await codec.decode(makeBmp({ ...SIZE, depth: 16, pixelAt })), picture) <= 4);
  }
  // 10 bits a channel, red lowest.
  const deep = makeBmp({
    ...SIZE,
    depth: 32,
    compression: 3,
    masks: [0x3ff, 0xffc00, 0x3ff00000],
    pixelAt: (x, y) => {
      const [r, g, b] = colourAt(x, y).map((value) => value * 4 + 3);
      return r + g * 2 ** 10 + b * 2 ** 20;
    },
  });
  assertEquals(difference(await codec.decode(deep), picture), 0);
});

Deno.test("ImageCodec.decode() puts a transparent BMP on white, unless all of it is transparent", async () => {
  const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
  const bmp = (compression: number, alphaAt: (x: number) => number, height = 21) =>
    makeBmp({
      ...SIZE,
      height,
      depth: 32,
      compression,
      masks,
      headerBytes: compression === 6 ? 40 : 124,
      pixelAt: (x, y) => argb(colourAt(x, y), alphaAt(x)),
    });
  for (const compression of [3, 6]) {
    for (const height of [21, -21]) {
      const { data } = await codec.decode(bmp(compression, (x) => x === 0 ? 0 : x === 1 ? 128 : 255, height));
      const faded = colourAt(1, 0).map((value) => Math.round((value * 128 + 255 * 127) / 255));
      assertEquals(data.slice(0, 9), Uint8Array.of(255, 255, 255, ...faded, ...colourAt(2, 0)));
    }
    assertEquals(difference(await codec.decode(bmp(compression, () => 0)), picture), 0);
  }
});

Deno.test("ImageCodec.decode() unpacks run-length coded BMPs: runs, literals, jumps, ends", async () => {
  const palette = [[0, 0, 0], [10, 20, 30], [40, 50, 60], [70, 80, 90]];
  const base = { width: 5, height: 3, palette, pixelAt: () => 0 };
  const rows = (...colours: number[][]) => Uint8Array.from(colours.flat().flatMap((index) => palette[index]));
  const rle8 = Uint8Array.of(
    ...[3, 1, 0, 0], // 1 1 1, end of the row
    ...[0, 2, 1, 0, 4, 2, 0, 0], // one to the right, four times 2
    ...[0, 3, 3, 2, 1, 0, 9, 1, 0, 1], // 3 2 1 with a filling byte, a run beyond the edge, the end
  );
  const expected = rows([3, 2, 1, 1, 1], [0, 2, 2, 2, 2], [1, 1, 1, 0, 0]);
  const decoded = await codec.decode(makeBmp({ ...base, depth: 8, compression: 1, packed: rle8 }));
  assertEquals(decoded.data, expected);
  const rle4 = Uint8Array.of(
    ...[5, 0x12, 0, 0], // 1 2 1 2 1
    ...[0, 5, 0x32, 0x13, 0x20, 0, 0, 0], // 3 2 1 3 2 with filling bits and a filling byte
    ...[0, 1],
  );
  const halves = await codec.decode(makeBmp({ ...base, depth: 4, compression: 2, packed: rle4 }));
  assertEquals(halves.data, rows([0, 0, 0, 0, 0], [3, 2, 1, 3, 2], [1, 2, 1, 2, 1]));
  const endless = Uint8Array.of(5, 1, 0, 0, 5, 2, 0, 0, 5, 3);
  const whole = await codec.decode(makeBmp({ ...base, depth: 8, compression: 1, packed: endless }));
  assertEquals(whole.data, rows([3, 3, 3, 3, 3], [2, 2, 2, 2, 2], [1, 1, 1, 1, 1]));
  for (let length = 0; length < endless.length; length++) {
    const packed = endless.subarray(0, length);
    assertEquals((await refusal(makeBmp({ ...base, depth: 8, compression: 1, packed }))).code, "image_unreadable");
  }
});

Deno.test("ImageCodec.decode() refuses a BMP that is not read, by its kind", async () => {
  const bmp = { ...SIZE, pixelAt: () => 0 };
  const kinds: [BmpOptions, string][] = [
    [{ ...bmp, depth: 24, compression: 4 }, "The BMP holds a JPEG."],
    [{ ...bmp, depth: 24, compression: 5 }, "The BMP holds a PNG."],
    [{ ...bmp, depth: 32, compression: 11 }, "The BMP is CMYK."],
    [{ ...bmp, depth: 24, compression: 4, headerBytes: 64 }, "The BMP packs 24 bits a pixel by method 4."],
    [{ ...bmp, depth: 64 }, "The BMP has 64 bits a pixel."],
    [{ ...bmp, depth: 16, compression: 3, masks: [0xf0f, 0xf0, 0xf000] }, "The BMP mixes the bits of its channels."],
  ];
  for (const [options, message] of kinds) {
    const error = await refusal(makeBmp({ ...options, packed: new Uint8Array(64) }));
    assertEquals([error.code, error.message], ["image_unsupported", message]);
  }
});

Deno.test("ImageCodec.decode() refuses a BMP that is cut short, damaged or too large, before it makes room for it", async () => {
  const bytes = makeBmp({ ...SIZE, depth: 24, pixelAt: (x, y) => argb(colourAt(x, y)) });
  for (let length = 14; length < bytes.length - 1; length += 11) {
    assertEquals((await refusal(bytes.subarray(0, length))).code, "image_unreadable", `${length}`);
  }
  const plain = { ...SIZE, depth: 24, pixelAt: () => 0 };
  assertEquals((await refusal(makeBmp({ ...plain, headerBytes: 41 + 40 }))).code, "image_unreadable");
  assertEquals((await refusal(makeBmp({ ...plain, pixelsAt: 20 }))).code, "image_unreadable");
  const claims = [[0, 5], [5, 0], [-5, 5], [9_000, 9_000]] as const;
  for (const [width, height] of claims) {
    const claim = makeBmp({ ...plain, width, height, packed: new Uint8Array(30) });
    assertEquals((await refusal(claim)).code, "image_unreadable", `${width} x ${height}`);
  }
  for (const [width, height] of [[30_001, 1], [20_000, -20_000]]) {
    const claim = makeBmp({ ...plain, width, height, packed: new Uint8Array(30) });
    assertEquals(assertThrows(() => readImageHeader(claim), DmlError).code, "image_too_large");
  }
});
