import type { Context } from "hono";
import { callerOfRequest } from "../../../protocol/http/auth.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import { asDmlError, DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Credentials } from "../../../protocol/security/credentials.ts";
import type { Predictions } from "../../turn/predictions.ts";
import { remoteOf } from "../request_origin.ts";
import { UploadPace } from "./upload_pace.ts";
import { UploadRoom } from "./upload_room.ts";

/** Bodies of up to this size are read whole, which is quicker than piece by piece. */
const WHOLE_BYTES_MAX = 1024 * 1024;
/** First memory of a larger body, which is doubled whenever it is full. */
const FIRST_BYTES = 256 * 1024;

/** Parts of a master that {@linkcode Uploads} needs. */
export interface UploadsOptions {
  /** Reserves memory for pictures. */
  readonly predictions: Pick<Predictions, "reserve">;
  readonly clock: Clock;
  /** `null` if requests need no token. */
  readonly credentials: Credentials | null;
  /** Share of one address or token; `LIMITS.uploadShareBytesMax` by default. */
  readonly shareBytesMax?: number;
}

/** Size of a body. */
interface BodySize {
  /** The announced number; `null` if the body comes in chunks. */
  readonly size: number | null;
  readonly bytesMax: number;
}

/**
 * The pictures and archives that are arriving. Memory is taken as their bytes arrive, not as they
 * are announced, so that whoever announces much and sends little keeps nobody else out; one address
 * and one token have a share of it; and a body that is too slow is refused.
 */
export class Uploads {
  readonly #options: UploadsOptions;
  /** Bytes of memory for bodies that are arriving, by address and by token. */
  readonly #bytesOf = new Map<string, number>();

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /**
   * Reads the body of the request, with a `Content-Length` or in chunks: at most `bytesMax`, by
   * default `LIMITS.imageBytesMax`. Throws `request_invalid` or `image_too_large` (before anything is
   * read if the size is announced), `queue_full` if there is no room, `upload_too_slow`, or
   * `cancelled` if it breaks off.
   */
  async read(
    context: Context,
    { bytesMax = LIMITS.imageBytesMax }: { bytesMax?: number } = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const request = context.req.raw;
    const size = sizeOf(request, bytesMax);
    if (size === 0 || request.body === null) return checked(new Uint8Array(), size);
    using room = new UploadRoom(this.#senders(context), { bytesOf: this.#bytesOf, ...this.#options });
    try {
      return checked(await this.#readBody(request, { body: request.body, size, bytesMax, room }), size);
    } catch (error) {
      throw asDmlError(error, "cancelled");
    }
  }

  async #readBody(
    request: Request,
    { body, ...limits }: { body: ReadableStream<Uint8Array<ArrayBuffer>>; room: UploadRoom } & BodySize,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { clock } = this.#options;
    const { size, room } = limits;
    if (size === null || size > WHOLE_BYTES_MAX) {
      using pace = new UploadPace(clock);
      return await readPieces(body, { ...limits, pace });
    }
    await room.growTo(size);
    using pace = new UploadPace(clock, { bytes: size });
    return await Promise.race([request.bytes(), pace.late]);
  }

  /** Returns the address and the token that the body counts for. */
  #senders(context: Context): string[] {
    const address = remoteOf(context);
    const caller = callerOfRequest(context.req.raw, this.#options.credentials);
    return [
      ...(address === undefined ? [] : [`address ${address}`]),
      ...(caller === null ? [] : [`token ${caller.name}`]),
    ];
  }
}

/** Reads `body` into memory that grows with it, and stops at the first byte that is too many. */
async function readPieces(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { size, bytesMax, room, pace }: { room: UploadRoom; pace: UploadPace } & BodySize,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let bytes = new Uint8Array(0);
  let filled = 0;
  try {
    while (true) {
      const { done, value } = await Promise.race([reader.read(), pace.late]);
      if (done) return bytes.subarray(0, filled);
      pace.count(value.length);
      const needed = filled + value.length;
      if (size !== null && needed > size) throw wrongSize(needed, size);
      if (needed > bytesMax) throw tooLarge(`more than ${bytesMax}`, bytesMax);
      if (needed > bytes.length) {
        const capacity = Math.min(size ?? bytesMax, Math.max(needed, 2 * bytes.length, FIRST_BYTES));
        await room.growTo(capacity);
        bytes = new Uint8Array(bytes.buffer.transfer(capacity));
      }
      bytes.set(value, filled);
      filled = needed;
    }
  } finally {
    // The rest of a body that was refused is not read.
    await reader.cancel().catch(() => {});
  }
}

function checked(bytes: Uint8Array<ArrayBuffer>, size: number | null): Uint8Array<ArrayBuffer> {
  if (size === null || bytes.length === size) return bytes;
  throw wrongSize(bytes.length, size);
}

function wrongSize(arrived: number, announced: number): DmlError {
  return new DmlError("request_invalid", `${arrived} bytes arrived, but ${announced} were announced.`);
}

/**
 * Returns the announced size of the body; `null` if it comes in chunks. Throws `image_too_large`
 * before anything is read if it is over the limit.
 */
function sizeOf(request: Request, bytesMax: number): number | null {
  const length = request.headers.get("content-length");
  if (length === null) return null;
  if (!/^\d{1,15}$/.test(length)) {
    throw new DmlError("request_invalid", "The Content-Length of the request is not a number of bytes.");
  }
  const size = Number(length);
  if (size <= bytesMax) return size;
  throw tooLarge(`${size}`, bytesMax);
}

function tooLarge(bytes: string, bytesMax: number): DmlError {
  return new DmlError("image_too_large", `The body has ${bytes} bytes; at most ${bytesMax} are taken.`);
}
