import createEncoder from "@jsquash/jxl/codec/enc/jxl_enc.js";
import encoder from "@jsquash/jxl/codec/enc/jxl_enc.wasm" with { type: "bytes" };
import { defaultOptions } from "@jsquash/jxl/meta.js";
import type { Picture } from "../../../../models/image/picture.ts";
import { concat } from "../../../../protocol/kernel/concat.ts";
import { invariant } from "../../../../protocol/kernel/invariant.ts";
import { toRgba } from "../fixtures.ts";
import { box, letters } from "../heic/heic_writer.ts";

/**
 * A JPEG XL codestream, lossless so that it can be compared; `alphaAt` gives the alpha of each
 * pixel.
 */
export async function makeJxl(
  picture: Picture,
  { alphaAt = () => 255 }: { alphaAt?: (pixel: number) => number } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height } = picture;
  const samples = toRgba(picture);
  for (let pixel = 0; pixel < width * height; pixel++) samples[pixel * 4 + 3] = alphaAt(pixel);
  const { encode } = await createEncoder({ wasmBinary: encoder });
  const bytes = encode(samples, width, height, { ...defaultOptions, effort: 3, quality: 100, lossless: true });
  invariant(bytes !== null, "the picture can be encoded");
  return Uint8Array.from(bytes);
}

/**
 * `codestream` in a container (ISO/IEC 18181-2), in one part or cut into several after each of the
 * places.
 */
export function containJxl(codestream: Uint8Array, cuts: readonly number[] = []): Uint8Array<ArrayBuffer> {
  const start = [box("JXL ", Uint8Array.of(0x0d, 0x0a, 0x87, 0x0a)), box("ftyp", letters("jxl \0\0\0\0jxl "))];
  if (cuts.length === 0) return concat([...start, box("jxlc", codestream)]);
  const parts = [0, ...cuts].map((from, index) => codestream.subarray(from, cuts[index]));
  const isLast = (index: number) => index === parts.length - 1;
  return concat([
    ...start,
    ...parts.map((part, index) => box("jxlp", Uint8Array.of(isLast(index) ? 0x80 : 0, 0, 0, index), part)),
  ]);
}

/**
 * `makePicture(60, 40)` turned by EXIF orientation 6. The encoder above writes none, so it was made
 * once, by `cjxl -j 0 -d 1` of libjxl
 * 0.7.0 from `withOrientation(await makeJpeg(makePicture(60, 40)), 6)`.
 */
export const TURNED_JXL: Uint8Array<ArrayBuffer> = Uint8Array.fromBase64(
  "AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAAEEanhsY/8KCS2QUFwSABKIAgC0A13lEgAAFSqjjBu8nOv58kOHxbSN" +
    "6wxttW1hSaLIODZJJ3CYpKBAiqWoGN2oGINTJjO539UGiA3ttNc6CbeSOZeWsN46pgeo2lTqkLgmEV6fishgXCJoK2fRrn1FYXG/" +
    "fLISpRQ5MnySYpiQemcj5Vs3iCT6U657MQ9qE7YKKkifAHQe+RhB+RBaaTE+WRIAzy9BgfiHBOOukAI5gK0jefEuxkjGeMQRCAA4" +
    "Br5FPFGH1+Z23otdvJdSJv/iqWFbhCnQrONfBEANrYo9HPwNyjdw8Hw0K2bEme8HJct8XGpTPN+pSPtS0OeBIICcAQ==",
);

/** Header fields that {@linkcode makeJxlHeader} writes; it writes no pixels. */
export interface JxlHeaderOptions {
  readonly width: number;
  readonly height: number;
  /** Number of an EXIF orientation. */
  readonly orientation?: number;
  /**
   * Type of each channel beside the colours (0 alpha, 1 depth, 2 spot colour, 4 black, 5 colour
   * filter), with its name.
   */
  readonly channels?: readonly { readonly type: number; readonly name?: string }[];
  /** Has a preview of 64 x 64 pixels, an intended size and the timing of an animation. */
  readonly hasExtras?: boolean;
}

/** The headers of a JPEG XL codestream (ISO/IEC 18181-1, D.2 and D.3). */
export function makeJxlHeader(options: JxlHeaderOptions): Uint8Array<ArrayBuffer> {
  const { width, height, orientation = 1, channels = [], hasExtras = false } = options;
  const bits: number[] = [];
  const put = (value: number, count: number) => {
    for (let bit = 0; bit < count; bit++) bits.push(Math.floor(value / 2 ** bit) % 2);
  };
  const size = () => {
    put(0, 1);
    put(3, 2);
    put(height - 1, 30);
    put(0, 3);
    put(3, 2);
    put(width - 1, 30);
  };
  size();
  put(0, 1); // not all default
  put(1, 1); // extra fields
  put(orientation - 1, 3);
  put(hasExtras ? 1 : 0, 1);
  if (hasExtras) size();
  put(hasExtras ? 1 : 0, 1);
  // Preview in eighths: height in the third form, 8 x (7 + 1); ratio 1:1.
  if (hasExtras) { for (const [value, count] of [[1, 1], [2, 2], [7, 5], [1, 3]]) put(value, count); }
  put(hasExtras ? 1 : 0, 1);
  // 100 ticks, divisor 1001, 3 loops, no time codes.
  if (hasExtras) { for (const [value, count] of [[0, 2], [1, 2], [1, 2], [3, 3], [0, 1]]) put(value, count); }
  // 16 bits a sample, in the last form; no narrow buffers.
  for (const [value, count] of [[0, 1], [3, 2], [15, 6], [0, 1]]) put(value, count);
  if (channels.length < 2) put(channels.length, 2);
  else for (const [value, count] of [[2, 2], [channels.length - 2, 4]]) put(value, count);
  for (const { type, name = "" } of channels) putChannel(put, { type, name });
  const bytes = Uint8Array.from(
    { length: Math.ceil(bits.length / 8) },
    (_, index) => bits.slice(index * 8, index * 8 + 8).reduce((byte, bit, place) => byte | (bit << place), 0),
  );
  return concat([Uint8Array.of(0xff, 0x0a), bytes]);
}

function putChannel(
  put: (value: number, count: number) => void,
  { type, name }: { type: number; name: string },
): void {
  put(0, 1);
  if (type < 2) put(type, 2);
  else for (const [value, count] of [[2, 2], [type - 2, 4]]) put(value, count);
  for (const [value, count] of [[0, 1], [0, 2], [0, 2]]) put(value, count); // 8 bits, full size
  const codes = letters(name);
  if (codes.length === 0) put(0, 2);
  else for (const [value, count] of [[1, 2], [codes.length, 4]]) put(value, count);
  for (const code of codes) put(code, 8);
  if (type === 0) put(0, 1);
  if (type === 2) { for (let number = 0; number < 4; number++) put(0, 16); }
  if (type === 5) put(0, 2);
}
