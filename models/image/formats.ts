import { readAvifHeader } from "./avif/header.ts";
import { readBmpHeader } from "./bmp/header.ts";
import { readGifHeader } from "./gif/header.ts";
import { readHeifHeader } from "./heic/header.ts";
import type { Measures } from "./image_header.ts";
import { readJpegHeader } from "./jpeg/header.ts";
import { readJxlHeader } from "./jxl/header.ts";
import { readPngHeader } from "./png/header.ts";
import { readTiffHeader } from "./tiff/header.ts";
import { readWebpHeader } from "./webp/header.ts";

/** One kind of file that dml tells by its first bytes. */
interface Format {
  /** Name of the format as it follows "they look like" in messages. */
  readonly name: string;
  /** Beginnings of such a file, as Latin-1; `.` matches any byte. */
  readonly signatures: readonly string[];
  /** Endings of the names of such files, in lower case and without the dot, common ones first. */
  readonly extensions: readonly string[];
  /** Reader of the size and orientation; `null` if dml does not decode the format. */
  readonly readHeader: ((bytes: Uint8Array) => Measures) | null;
}

/**
 * Every format that dml tells by its first bytes. The first row whose signature matches wins, so a
 * general signature stands below the special ones.
 *
 * To add a picture format, write its header reader and its decoder and add a row here: the compiler
 * then asks for the decoder in `image_codec.ts`. The decoders are not part of this table because
 * the master and the command line need it too, and importing the codecs takes four times as long as
 * importing the rest (140 ms against 34 ms, medians of 8 fresh processes by turns).
 */
export const FORMATS = {
  jpeg: {
    name: "JPEG",
    signatures: ["\xff\xd8\xff"],
    extensions: ["jpg", "jpeg", "jpe", "jfif", "mpo"],
    readHeader: readJpegHeader,
  },
  png: {
    name: "PNG",
    signatures: ["\x89PNG\r\n\x1a\n"],
    extensions: ["png"],
    readHeader: readPngHeader,
  },
  gif: {
    name: "GIF",
    signatures: ["GIF87a", "GIF89a"],
    extensions: ["gif"],
    readHeader: readGifHeader,
  },
  tiff: {
    name: "TIFF",
    signatures: ["II*\0", "MM\0*"],
    extensions: ["tif", "tiff"],
    readHeader: readTiffHeader,
  },
  webp: {
    name: "WebP",
    signatures: ["RIFF....WEBP"],
    extensions: ["webp"],
    readHeader: readWebpHeader,
  },
  avif: {
    name: "AVIF",
    signatures: ["....ftypavif", "....ftypavis"],
    extensions: ["avif"],
    readHeader: readAvifHeader,
  },
  heic: {
    name: "HEIC",
    signatures: ["....ftyphei", "....ftyphev"],
    extensions: ["heic", "heics"],
    readHeader: readHeifHeader,
  },
  // Files of several pictures or of another compression; what is in them decides.
  heif: {
    name: "HEIF",
    signatures: ["....ftypmif1", "....ftypmsf1"],
    extensions: ["heif", "heifs", "hif"],
    readHeader: readHeifHeader,
  },
  jxl: {
    name: "JPEG XL",
    signatures: ["\xff\x0a", "\0\0\0\x0cJXL "],
    extensions: ["jxl"],
    readHeader: readJxlHeader,
  },
  bmp: {
    name: "BMP",
    // The reserved bytes are 0, or the length of the second header is that of a version.
    signatures: [
      "BM....\0\0\0\0",
      ...["\x0c", "\x28", "\x34", "\x38", "\x6c", "\x7c"].map((length) => `BM............${length}\0\0\0`),
    ],
    extensions: ["bmp", "dib"],
    readHeader: readBmpHeader,
  },
  canonRaw: refused("a Canon raw photo", ["....ftypcrx"]),
  video: refused("a video", ["....ftyp", "\x1aE\xdf\xa3"]),
  pdf: refused("PDF", ["%PDF"]),
  jpeg2000: refused("JPEG 2000", ["\0\0\0\x0cjP  ", "\xff\x4f\xff\x51"]),
  photoshop: refused("a Photoshop document", ["8BPS"]),
  icon: refused("an icon", ["\0\0\x01\0"]),
  bigTiff: refused("a large TIFF (BigTIFF)", ["II+\0", "MM\0+"]),
  zip: refused("a ZIP archive", ["PK\x03\x04"]),
  gzip: refused("a gzip archive", ["\x1f\x8b"]),
  program: refused("a program", ["\x7fELF", "MZ\x90\0"]),
} as const satisfies Readonly<Record<string, Format>>;

/** A row of {@linkcode FORMATS}, decoded or not. */
export type FormatId = keyof typeof FORMATS;

/** A format that dml decodes. */
export type ImageFormat = {
  [Id in FormatId]: (typeof FORMATS)[Id]["readHeader"] extends null ? never : Id;
}[FormatId];

/** Returns true if dml decodes the format. */
export function isDecoded(id: FormatId): id is ImageFormat {
  return FORMATS[id].readHeader !== null;
}

/** Returns the ids of all rows, in the order of the table. */
export function formatIds(): FormatId[] {
  return Object.keys(FORMATS).filter(isFormatId);
}

function isFormatId(text: string): text is FormatId {
  return Object.hasOwn(FORMATS, text);
}

/** Makes the row of a format that dml recognises, to say what a file is, but does not decode. */
function refused<Name extends string>(name: Name, signatures: readonly string[]) {
  return { name, signatures, extensions: [], readHeader: null } as const;
}
