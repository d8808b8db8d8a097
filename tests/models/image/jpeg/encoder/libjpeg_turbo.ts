import libjpegTurbo from "@cornerstonejs/codec-libjpeg-turbo-8bit/wasm" with { type: "bytes" };
import createLibjpeg from "@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs";
import type { Picture } from "../../../../../models/image/picture.ts";

/** `TJSAMP_420` of turbojpeg.h. */
const SUBSAMPLING_420 = 2;

/**
 * Starts libjpeg-turbo as an encoder of baseline JPEGs with 4:2:0 colour, the reference for the
 * encoder of dml.
 */
export async function startLibjpegTurbo(): Promise<(picture: Picture, quality: number) => Uint8Array<ArrayBuffer>> {
  const libjpeg = await createLibjpeg({ wasmBinary: libjpegTurbo });
  return (picture, quality) => {
    const { width, height, data } = picture;
    const encoder = new libjpeg.JPEGEncoder();
    encoder.setProgressive(0);
    encoder.setSubSampling(SUBSAMPLING_420);
    encoder.setQuality(quality);
    encoder.getDecodedBuffer(frameOf(picture)).set(data);
    encoder.encode();
    const bytes = Uint8Array.from(encoder.getEncodedBuffer() as Uint8ClampedArray);
    encoder.delete();
    if (bytes.length < 4) throw new Error(`libjpeg-turbo made nothing of ${width} x ${height} pixels`);
    return bytes;
  };
}

/**
 * Returns the settings with which the output of the encoder fits. The encoder gives libjpeg-turbo a
 * buffer of the size of its input, but lets it write as much as the worst picture needs
 * (`tjBufSize`: the padded size x 3 + 2048), which is more, and far more for a picture of a few
 * pixels. The number of components determines only the size of the buffers, as long as it is not 1.
 */
function frameOf({ width, height }: Picture) {
  const padded = Math.ceil(width / 16) * Math.ceil(height / 16) * 256;
  const bytesAPixel = Math.ceil((padded * 3 + 2048) / (width * height));
  const componentCount = Math.min(Math.max(bytesAPixel, 3), 255);
  const bitsPerSample = 8 * Math.ceil(bytesAPixel / componentCount);
  return { width, height, bitsPerSample, componentCount, isSigned: false };
}
