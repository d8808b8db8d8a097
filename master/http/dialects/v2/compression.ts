import { concat } from "../../../../protocol/kernel/concat.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const FORMATS = ["gzip", "deflate"] as const;
/** A way in which bodies are compressed; `deflate` is that of zlib, as HTTP has it. */
type Format = (typeof FORMATS)[number];

/** Reserves memory and returns the function that frees it. */
export type Reserve = (bytes: number) => Promise<() => void>;

/**
 * Returns the body as it was before the client compressed it, memory for which is reserved until
 * `use` has ended. Throws `request_invalid` if it is damaged or compressed in another way,
 * `image_too_large` if it is too large, and what `reserve` throws.
 */
export async function withInflated<Result>(
  body: Bytes,
  { encoding, reserve }: { encoding: string | null; reserve: Reserve },
  use: (body: Bytes) => Promise<Result>,
): Promise<Result> {
  const name = encoding?.trim().toLowerCase() ?? "identity";
  if (name === "identity" || name === "") return await use(body);
  const format = FORMATS.find((known) => known === name);
  if (format === undefined) {
    throw new DmlError("request_invalid", `The body is compressed as ${JSON.stringify(name.slice(0, 64))}.`, {
      advice: "Send it as it is, or with Content-Encoding gzip or deflate.",
    });
  }
  const frees: (() => void)[] = [];
  try {
    return await use(await inflate(body, format, async (bytes) => void frees.push(await reserve(bytes))));
  } finally {
    for (const free of frees) free();
  }
}

async function inflate(body: Bytes, format: Format, take: (bytes: number) => Promise<void>): Promise<Bytes> {
  const pieces: Bytes[] = [];
  let size = 0;
  const reader = through(body, new DecompressionStream(format)).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw new DmlError("request_invalid", `The body is not ${format}, or is cut short.`);
      });
      if (done) return concat(pieces);
      size += value.length;
      if (size > LIMITS.imageBytesMax) {
        throw new DmlError("image_too_large", `The body has more than ${LIMITS.imageBytesMax} bytes when inflated.`);
      }
      await take(value.length);
      pieces.push(value);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/**
 * Returns the format that a client asked for. Only a request that names one format asks for it:
 * browsers name all that they know with every request, and compressing numbers costs more time than
 * it saves. `null` if the answer goes as it is.
 */
export function wantedFormat(acceptEncoding: string | null): Format | null {
  return FORMATS.find((format) => format === acceptEncoding?.trim().toLowerCase()) ?? null;
}

/** Compresses an answer. */
export async function deflated(body: Bytes, format: Format): Promise<Bytes> {
  return await new Response(through(body, new CompressionStream(format))).bytes();
}

function through(body: Bytes, stream: CompressionStream | DecompressionStream): ReadableStream<Bytes> {
  return new Blob([body]).stream().pipeThrough(stream) as ReadableStream<Bytes>;
}
