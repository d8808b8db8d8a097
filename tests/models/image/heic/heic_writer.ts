import { concat } from "../../../../protocol/kernel/concat.ts";
import { uint16, uint32 } from "../byte_writer.ts";
import { HEVC, HEVC_SIDE, type HevcPicture } from "./hevc_pictures.ts";

/** Options of {@linkcode makeHeic}. */
export interface HeicOptions {
  /** Four letters at the beginning of the file; `heic` by default. */
  readonly brand?: string;
  /** The picture; by default the left upper quarter. */
  readonly picture?: HevcPicture;
  /** Transparency, a picture of grey. */
  readonly alpha?: HevcPicture;
  /** Puts the four quarters together to a picture of this size instead. */
  readonly grid?: readonly [width: number, height: number];
  /** Shows only the middle of the picture, of this size. */
  readonly crop?: readonly [width: number, height: number];
  /** Quarter turns against the clock. */
  readonly quarters?: number;
  /** 0 mirrors top to bottom, 1 left to right, after the turn. */
  readonly mirrorAxis?: 0 | 1;
  /** Size that the file claims; by default the true one. */
  readonly claim?: readonly [width: number, height: number];
  /** Type of the picture's item; `hvc1` by default. */
  readonly itemType?: string;
  /** Leaves out the boxes of these types. */
  readonly without?: readonly string[];
}

interface Item {
  readonly id: number;
  readonly type: string;
  readonly data: Uint8Array;
  readonly properties: readonly Uint8Array[];
}

/** A box of that type: its length, its name, its content. */
export function box(type: string, ...content: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = concat(content);
  return concat([uint32(body.length + 8), letters(type), body]);
}

/** A box whose content begins with a version and flags. */
export function fullBox(type: string, version: number, ...content: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return box(type, uint32(version * 2 ** 24), ...content);
}

/** A HEIF file of one picture (ISO/IEC 23008-12). */
export function makeHeic(options: HeicOptions = {}): Uint8Array<ArrayBuffer> {
  const items = makeItems(options);
  const start = box("ftyp", letters(options.brand ?? "heic"), uint32(0), letters("mif1"), letters("heic"));
  // The offsets are 32 bits wide whatever they are, so the first pass gives the length.
  const length = makeMeta(items, { options, dataAt: 0 }).length;
  const meta = makeMeta(items, { options, dataAt: start.length + length + 8 });
  return concat([start, meta, box("mdat", ...items.map(({ data }) => data))]);
}

function makeItems(options: HeicOptions): Item[] {
  const { picture = HEVC.leftTop, alpha, grid } = options;
  const shown = turns(options, grid ?? [HEVC_SIDE, HEVC_SIDE]);
  if (grid !== undefined) {
    const quarters = [HEVC.leftTop, HEVC.rightTop, HEVC.leftBottom, HEVC.rightBottom];
    const [width, height] = grid.map(uint16);
    return [
      // Version 0, sizes of 16 bits, one more row and one more column.
      { id: 1, type: "grid", data: concat([Uint8Array.of(0, 0, 1, 1), width, height]), properties: shown },
      ...quarters.map((quarter, index) => itemOf(index + 2, quarter, [])),
    ];
  }
  const main = { ...itemOf(1, picture, shown), type: options.itemType ?? "hvc1" };
  if (alpha === undefined) return [main];
  const isAlpha = fullBox("auxC", 0, letters("urn:mpeg:hevc:2015:auxid:1\0"));
  return [main, itemOf(2, alpha, [isAlpha])];
}

function itemOf(id: number, picture: HevcPicture, further: readonly Uint8Array[]): Item {
  const size = further.length > 0 && id === 1 ? [] : [sizeOf([HEVC_SIDE, HEVC_SIDE])];
  const properties = [box("hvcC", Uint8Array.fromBase64(picture.configuration)), ...size, ...further];
  return { id, type: "hvc1", data: Uint8Array.fromBase64(picture.data), properties };
}

function sizeOf([width, height]: readonly [number, number]): Uint8Array {
  return fullBox("ispe", 0, uint32(width), uint32(height));
}

/** The size of the picture that is shown, and what crops and turns it. */
function turns(options: HeicOptions, size: readonly [number, number]): Uint8Array[] {
  const { crop, quarters, mirrorAxis, claim } = options;
  const over = (value: number) => concat([uint32(value), uint32(1)]);
  return [
    sizeOf(claim ?? size),
    ...(crop === undefined ? [] : [box("clap", over(crop[0]), over(crop[1]), over(0), over(0))]),
    ...(quarters === undefined ? [] : [box("irot", Uint8Array.of(quarters))]),
    ...(mirrorAxis === undefined ? [] : [box("imir", Uint8Array.of(mirrorAxis))]),
  ];
}

function makeMeta(
  items: readonly Item[],
  { options, dataAt }: { options: HeicOptions; dataAt: number },
): Uint8Array {
  let offset = dataAt;
  const places = items.map(({ id, data }) => {
    const place = concat([uint16(id), uint16(0), uint16(1), uint32(offset), uint32(data.length)]);
    offset += data.length;
    return place;
  });
  // Parts of the primary picture are hidden, which the lowest flag says.
  const entries = items.map(({ id, type }) =>
    box("infe", Uint8Array.of(2, 0, 0, id > 1 ? 1 : 0), uint16(id), uint16(0), letters(type), Uint8Array.of(0))
  );
  const boxes: Record<string, Uint8Array> = {
    hdlr: fullBox("hdlr", 0, uint32(0), letters("pict"), new Uint8Array(13)),
    pitm: fullBox("pitm", 0, uint16(1)),
    iloc: fullBox("iloc", 0, Uint8Array.of(0x44, 0), uint16(items.length), ...places),
    iinf: fullBox("iinf", 0, uint16(items.length), ...entries),
    iref: fullBox("iref", 0, references(options)),
    iprp: makeProperties(items),
  };
  const kept = Object.entries(boxes).filter(([type]) => !(options.without ?? []).includes(type));
  return fullBox("meta", 0, ...kept.map(([, content]) => content));
}

function references({ grid, alpha }: HeicOptions): Uint8Array {
  if (grid !== undefined) return box("dimg", ...[1, 4, 2, 3, 4, 5].map(uint16));
  return alpha === undefined ? new Uint8Array() : box("auxl", ...[2, 1, 1].map(uint16));
}

function makeProperties(items: readonly Item[]): Uint8Array {
  let next = 1;
  const associations = items.map(({ id, properties }) => {
    const indices = properties.map(() => 0x80 | next++);
    return concat([uint16(id), Uint8Array.of(indices.length, ...indices)]);
  });
  const all = items.flatMap(({ properties }) => properties);
  return box("iprp", box("ipco", ...all), fullBox("ipma", 0, uint32(items.length), ...associations));
}

/** The codes of the letters. */
export function letters(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
