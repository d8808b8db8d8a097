/** Drawing of a face for the self-test of dml, which then needs no photograph of a person. */

const WIDTH = 160;
const HEIGHT = 120;

type Colour = readonly [red: number, green: number, blue: number];

/** An ellipse with a soft edge; `blur` is the width of the edge relative to the radius. */
interface Stroke {
  readonly colour: Colour;
  readonly centre: readonly [x: number, y: number];
  readonly radii: readonly [x: number, y: number];
  readonly blur: number;
}

const BACKGROUND: Colour = [170, 180, 190];

function stroke(colour: Colour, centre: Stroke["centre"], radii: Stroke["radii"], blur: number): Stroke {
  return { colour, centre, radii, blur };
}

/** Returns the strokes that occur once on each side of the face. */
function side(sign: 1 | -1): Stroke[] {
  const at = (distance: number) => 80 + sign * distance;
  return [
    stroke([70, 50, 40], [at(11), 47], [7, 1.8], 0.8), // brow
    stroke([150, 110, 95], [at(11), 53], [7.5, 4], 1), // socket
    stroke([245, 240, 235], [at(11), 54], [5, 2.4], 0.6), // eye
    stroke([40, 30, 30], [at(11), 54], [2.4, 2.4], 0.6), // pupil
    stroke([190, 140, 118], [at(4), 69], [2.4, 1.8], 1), // wing of the nose
    stroke([120, 80, 70], [at(3), 70], [1.4, 1], 1), // nostril
  ];
}

const STROKES: readonly Stroke[] = [
  stroke([60, 70, 110], [80, 128], [52, 28], 0.25), // shoulders
  stroke([45, 32, 25], [80, 50], [35, 42], 0.25), // hair
  stroke([200, 160, 135], [80, 96], [13, 20], 0.25), // neck
  stroke([224, 182, 156], [80, 60], [26, 35], 0.25), // face
  stroke([240, 200, 175], [76, 62], [14, 22], 1.5), // highlight
  ...side(-1),
  ...side(1),
  stroke([205, 160, 135], [83, 62], [2.5, 8], 1.5), // nose
  stroke([170, 85, 80], [80, 79], [9.5, 3.2], 0.7), // lips
  stroke([110, 45, 45], [80, 79], [8.5, 0.8], 1), // mouth
  stroke([205, 160, 138], [80, 90], [10, 3], 1.5), // chin
];

/** Returns a TIFF of one drawn face, 160x120 pixels, in which the model `faces` finds a person. */
export function drawnFace(): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0, at = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++, at += 3) pixels.set(colourAt(x, y), at);
  }
  return tiffOf(pixels);
}

function colourAt(x: number, y: number): Colour {
  return STROKES.reduce<Colour>((under, { colour, centre, radii, blur }) => {
    const distance = ((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2;
    const cover = Math.max(0, Math.min(1, (1 - distance) / blur + 0.5));
    const mixed = (channel: 0 | 1 | 2) => under[channel] + (colour[channel] - under[channel]) * cover;
    return [mixed(0), mixed(1), mixed(2)];
  }, BACKGROUND);
}

const SHORT = 3;
const LONG = 4;
const HEADER_BYTES = 8;

/**
 * Encodes baseline TIFF 6.0: uncompressed RGB in one strip, directly after the header, and then the
 * directory.
 */
function tiffOf(pixels: Uint8Array): Uint8Array<ArrayBuffer> {
  const bitsAt = HEADER_BYTES + pixels.length;
  const directoryAt = bitsAt + 6;
  const fields: readonly (readonly [tag: number, type: number, count: number, value: number])[] = [
    [256, SHORT, 1, WIDTH],
    [257, SHORT, 1, HEIGHT],
    [258, SHORT, 3, bitsAt], // bits per sample
    [259, SHORT, 1, 1], // no compression
    [262, SHORT, 1, 2], // RGB
    [273, LONG, 1, HEADER_BYTES], // offset of the strip
    [277, SHORT, 1, 3], // samples per pixel
    [278, SHORT, 1, HEIGHT], // rows per strip
    [279, LONG, 1, pixels.length], // bytes of the strip
  ];
  const bytes = new Uint8Array(directoryAt + 2 + 12 * fields.length + 4);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, directoryAt, true);
  bytes.set(pixels, HEADER_BYTES);
  for (let sample = 0; sample < 3; sample++) view.setUint16(bitsAt + 2 * sample, 8, true);
  view.setUint16(directoryAt, fields.length, true);
  fields.forEach(([tag, type, count, value], index) => {
    const at = directoryAt + 2 + 12 * index;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, count, true);
    view.setUint32(at + 8, value, true); // little-endian, so this writes a SHORT correctly too
  });
  return bytes;
}
