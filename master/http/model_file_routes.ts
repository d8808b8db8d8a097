import { Hono } from "hono";
import { parseContentRange } from "../../protocol/http/byte_range.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { type Digest, isDigest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { ModelFileUploads } from "../models/model_file_uploads.ts";

/**
 * Returns the admin's routes for the upload of a file of a model. A `GET` of
 * `/v1/model-files/<digest>?size=N` answers how many bytes of a file of N bytes have arrived; a
 * `PUT` with a `Content-Range` appends the next piece. The file is sent in pieces of known size
 * because Deno reads a streamed body slowly, and because an interrupted upload can continue where
 * it stopped.
 */
export function modelFileRoutes({ uploads, clock }: { uploads: ModelFileUploads; clock: Clock }): Hono {
  const app = new Hono();
  // Each piece is in memory while it arrives, so their number is limited.
  let piecesArriving = 0;
  app.get(`${PATHS.modelFiles}/:digest`, async (context) => {
    const { digest, size } = modelFileIn(context.req.param("digest"), context.req.query("size"));
    return context.json({ receivedBytes: await uploads.receivedBytes(digest, { size, nowMs: clock.nowMs() }) });
  });
  app.put(`${PATHS.modelFiles}/:digest`, async (context) => {
    const { digest, size } = modelFileIn(context.req.param("digest"), context.req.query("size"));
    const start = startOf(context.req.raw, size);
    if (piecesArriving >= LIMITS.modelFilePiecesMax) {
      throw new DmlError("queue_full", "The master already receives as many pieces of files as it can.");
    }
    piecesArriving++;
    try {
      const piece = await bodyOf(context.req.raw);
      const receivedBytes = await uploads.append(digest, piece, { start, size, nowMs: clock.nowMs() });
      return context.json({ receivedBytes });
    } finally {
      piecesArriving--;
    }
  });
  return app;
}

function modelFileIn(digest: string, sizeText: string | undefined): { digest: Digest; size: number } {
  if (!isDigest(digest)) throw new DmlError("request_invalid", "The digest must be sha256:<64 hex>.");
  if (sizeText === undefined || !/^[1-9]\d{0,15}$/.test(sizeText)) {
    throw new DmlError("request_invalid", "The parameter size must be the number of bytes in the file.");
  }
  const size = Number(sizeText);
  if (size > LIMITS.modelFileBytesMax) {
    throw new DmlError("blob_too_large", `The file has ${size} bytes; at most ${LIMITS.modelFileBytesMax} are taken.`);
  }
  return { digest, size };
}

/**
 * Returns the offset of the piece in the file, in bytes. Throws `request_invalid` if its headers
 * are missing or contradict each other, `blob_too_large` if the piece is longer than allowed.
 */
function startOf(request: Request, size: number): number {
  const range = parseContentRange(request.headers.get("content-range"));
  const length = Number(request.headers.get("content-length") ?? NaN);
  if (range === null || range.range === null || range.size !== size) {
    throw new DmlError(
      "request_invalid",
      `The piece must have a Content-Range that gives ${size} as the size of the file.`,
    );
  }
  const { start, end } = range.range;
  if (!(length >= 1) || length !== end - start || end > size) {
    throw new DmlError("request_invalid", "The piece's Content-Range and Content-Length contradict each other.");
  }
  if (length <= LIMITS.modelFilePieceBytes) return start;
  throw new DmlError(
    "blob_too_large",
    `The piece has ${length} bytes; at most ${LIMITS.modelFilePieceBytes} are taken.`,
  );
}

async function bodyOf(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const length = Number(request.headers.get("content-length"));
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await request.bytes();
  } catch (cause) {
    throw new DmlError("cancelled", "The upload of the piece was interrupted.", { cause });
  }
  if (bytes.length === length) return bytes;
  throw new DmlError("request_invalid", `${bytes.length} bytes arrived, but ${length} were announced.`);
}
