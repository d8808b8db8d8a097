/**
 * The inner loops of the JPEG decoder, from the bits of a scan to pixels; see
 * `models/image/jpeg/decoder/`.
 */
import { decode } from "./jpeg_decoder/entropy_decoding.as.ts";
import { transform } from "./jpeg_decoder/inverse_dct.as.ts";
import { halvedRow, wholeRow } from "./jpeg_decoder/pixel_rows.as.ts";
import { unstuff } from "./jpeg_decoder/unstuff.as.ts";

export { decode, halvedRow, transform, unstuff, wholeRow };
