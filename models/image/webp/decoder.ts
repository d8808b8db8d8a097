import createDecoder from "@jsquash/webp/codec/dec/webp_dec.js";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { AssetSource } from "../../assets.ts";
import { ByteReader } from "../byte_reader.ts";
import type { Picture } from "../picture.ts";
import { fromRgba, type Samples } from "../samples.ts";
import { type EmscriptenFactory, WasmCodec } from "../wasm_codec.ts";
import { readRiffChunks, readWebpHeader, type RiffChunk } from "./header.ts";

interface Decoder {
  decode(bytes: Uint8Array): Samples | null;
}

const startDecoder: EmscriptenFactory<Decoder> = createDecoder;

/** A decoder of WebP: libwebp in WebAssembly. Takes the first frame of an animation. */
export class WebpDecoder {
  readonly #codec: WasmCodec;

  constructor(assets: AssetSource) {
    this.#codec = new WasmCodec(assets, "webp-decoder.wasm");
  }

  /** Decodes a WebP as it is stored, with transparency on white; throws `image_unreadable`. */
  async decode(bytes: Uint8Array): Promise<Picture> {
    const { width, height } = readWebpHeader(bytes);
    const frame = firstFrame(bytes);
    const decoder = await this.#codec.instantiateWith(startDecoder);
    let image: Samples | null = null;
    try {
      image = decoder.decode(frame.still);
    } catch (error) {
      throw new DmlError("image_unreadable", "The WebP is damaged.", { cause: error });
    }
    if (image === null) {
      throw new DmlError("image_unreadable", "The WebP is damaged or cut short.");
    }
    const picture = fromRgba(image);
    if (picture.width === width && picture.height === height) return picture;
    return placeOnWhite(picture, { ...frame, width, height });
  }
}

/** Makes a still WebP of the first frame; returns it with its place on the canvas. */
function firstFrame(bytes: Uint8Array): { still: Uint8Array; left: number; top: number } {
  const animated = readRiffChunks(bytes, 12).find((chunk) => chunk.type === "ANMF");
  if (animated === undefined) return { still: bytes, left: 0, top: 0 };
  const reader = new ByteReader(animated.content, { littleEndian: true });
  const parts = readRiffChunks(animated.content, 16);
  const alpha = parts.find((chunk) => chunk.type === "ALPH");
  const pixels = parts.find((chunk) => chunk.type === "VP8 " || chunk.type === "VP8L");
  if (pixels === undefined) {
    throw new DmlError("image_unreadable", "The first frame of the WebP is cut short.");
  }
  const chunks = alpha === undefined ? [pixels] : [extendedHeader(reader), alpha, pixels];
  return { still: makeRiff(chunks), left: reader.uint24(0) * 2, top: reader.uint24(3) * 2 };
}

/** Makes the `VP8X` chunk of a still picture with alpha, of the size in the frame's header. */
function extendedHeader(frame: ByteReader): RiffChunk {
  const alphaFlag = 0x10;
  return { type: "VP8X", content: Uint8Array.of(alphaFlag, 0, 0, 0, ...frame.slice(6, 6)) };
}

function makeRiff(chunks: readonly RiffChunk[]): Uint8Array {
  const padded = chunks.map(({ content }) => content.length + (content.length & 1));
  const total = padded.reduce((sum, length) => sum + 8 + length, 4);
  const target = new Uint8Array(8 + total);
  const view = new DataView(target.buffer);
  const encoder = new TextEncoder();
  target.set(encoder.encode("RIFF....WEBP"));
  view.setUint32(4, total, true);
  let offset = 12;
  chunks.forEach(({ type, content }, index) => {
    target.set(encoder.encode(type), offset);
    view.setUint32(offset + 4, content.length, true);
    target.set(content, offset + 8);
    offset += 8 + padded[index];
  });
  return target;
}

/**
 * Puts `picture` in its place on a white canvas; throws `image_unreadable` if it does not fit
 * there.
 */
function placeOnWhite(
  picture: Picture,
  canvas: { left: number; top: number; width: number; height: number },
): Picture {
  const { left, top, width, height } = canvas;
  if (left + picture.width > width || top + picture.height > height) {
    throw new DmlError("image_unreadable", "The WebP's frame is larger than the WebP.");
  }
  const data = new Uint8Array(width * height * 3).fill(255);
  for (let row = 0; row < picture.height; row++) {
    const from = row * picture.width * 3;
    const to = ((top + row) * width + left) * 3;
    data.set(picture.data.subarray(from, from + picture.width * 3), to);
  }
  return { width, height, data };
}
