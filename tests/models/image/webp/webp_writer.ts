import { uint16le, uint32le } from "../byte_writer.ts";
import { concat } from "../../../../protocol/kernel/concat.ts";

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** An animated WebP of simple (not extended) stills, each at the same place of the canvas. */
export function animateWebp(
  stills: readonly Uint8Array[],
  options: { canvas: { width: number; height: number }; frame: Place },
): Uint8Array<ArrayBuffer> {
  const { canvas, frame } = options;
  const animationFlag = 0x02;
  const size = [...uint24le(canvas.width - 1), ...uint24le(canvas.height - 1)];
  const place = [frame.left / 2, frame.top / 2, frame.width - 1, frame.height - 1, 100];
  const head = Uint8Array.from([...place.flatMap(uint24le), 0]);
  const body = concat([
    new TextEncoder().encode("WEBP"),
    chunk("VP8X", Uint8Array.from([animationFlag, 0, 0, 0, ...size])),
    chunk("ANIM", concat([uint32le(0xffffffff), uint16le(0)])),
    // What follows the 12 bytes of a still's header is its one chunk.
    ...stills.map((still) => chunk("ANMF", concat([head, still.subarray(12)]))),
  ]);
  return chunk("RIFF", body);
}

function chunk(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const padding = new Uint8Array(content.length & 1);
  return concat([new TextEncoder().encode(type), uint32le(content.length), content, padding]);
}

function uint24le(value: number): number[] {
  return [...uint32le(value).subarray(0, 3)];
}
