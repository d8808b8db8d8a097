/** The functions of libheif's C interface (libheif/heif.h) that are used of `libheif-js`. */

import type { EmscriptenOptions } from "../wasm_codec.ts";

/** Libheif after it has started. Pointers are numbers; an `error` points to a `heif_error`. */
export interface Libheif {
  /** The memory, a new array each time it has grown. */
  readonly HEAPU8: Uint8Array;
  _malloc(length: number): number;
  _heif_context_alloc(): number;
  _heif_context_get_security_limits(context: number): number;
  _heif_context_read_from_memory_without_copy(
    error: number,
    context: number,
    bytes: number,
    length: number,
    options: number,
  ): void;
  _heif_context_get_primary_image_handle(error: number, context: number, handle: number): void;
  _heif_image_handle_has_alpha_channel(handle: number): number;
  _heif_decoding_options_alloc(): number;
  _heif_decode_image(
    error: number,
    handle: number,
    image: number,
    colorspace: number,
    chroma: number,
    options: number,
  ): void;
  _heif_image_is_premultiplied_alpha(image: number): number;
  _heif_image_get_width(image: number, channel: number): number;
  _heif_image_get_height(image: number, channel: number): number;
  _heif_image_get_plane_readonly(image: number, channel: number, stride: number): number;
}

/** Starts libheif, at once. */
export default function createLibheif(options: EmscriptenOptions): Libheif;
