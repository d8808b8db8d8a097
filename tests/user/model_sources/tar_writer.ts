import { concat } from "../../../protocol/kernel/concat.ts";

/** A writer of ustar archives for tests, after POSIX.1-2017. */

const BLOCK = 512;

/** One entry; `type` is `0` for a file. */
export interface TarEntry {
  readonly name: string;
  readonly content: Uint8Array;
  readonly type?: string;
}

export function tarOf(...entries: readonly TarEntry[]): Uint8Array<ArrayBuffer> {
  const parts = entries.flatMap(({ name, content, type = "0" }) => {
    const padding = new Uint8Array((BLOCK - content.length % BLOCK) % BLOCK);
    return [headerOf({ name, size: content.length, type }), content, padding];
  });
  return concat([...parts, new Uint8Array(2 * BLOCK)]);
}

export async function gzipOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function headerOf({ name, size, type }: { name: string; size: number; type: string }): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const put = (text: string, at: number) => header.set(new TextEncoder().encode(text), at);
  put(name.slice(0, 100), 0);
  put("0000644\0", 100);
  put(`${size.toString(8).padStart(11, "0")}\0`, 124);
  put("        ", 148);
  put(type, 156);
  put("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}
