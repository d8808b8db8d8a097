import { Hono } from "hono";
import { checkRole } from "../../protocol/http/auth.ts";
import { JOINED_MEDIA_TYPE, joinedResponse } from "../../protocol/http/joined_answer.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { ClusterTokens } from "../../protocol/security/tokens.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import type { MasterBlobs } from "../blobs/master_blobs.ts";
import type { Predictions } from "../turn/predictions.ts";
import { accepts } from "./accepts.ts";
import { predictionQuery } from "./prediction_query.ts";

const JPEG = "image/jpeg";
const JSON_TYPE = "application/json";
/** Time limit for the arrival of a picture. */
const UPLOAD_MS = 60_000;

/** The services behind the routes. */
export interface PredictionRoutesOptions {
  readonly predictions: Predictions;
  readonly blobs: Pick<MasterBlobs, "view" | "read">;
  readonly clock: Clock;
  /** `null` if requests need no token. */
  readonly tokens: ClusterTokens | null;
}

/**
 * Returns the users' route
 * `POST /v1/predictions?model=faces&annotate=true&embeddings=false&gallery=default`, which
 * takes the bytes of a picture's file as its body. The answer is the prediction as JSON; the
 * annotated picture if the client accepts `image/jpeg` but not JSON; or both in one body if it
 * accepts a joined answer.
 */
export function predictionRoutes(options: PredictionRoutesOptions): Hono {
  const { predictions, blobs, tokens } = options;
  const app = new Hono();
  // A view will do, because the response copies the bytes.
  const pictureOf = async ({ digest }: BlobReference) => blobs.view(digest) ?? await blobs.read(digest);
  app.post(PATHS.predictions, async (context) => {
    const request = context.req.raw;
    const wantsPicture = accepts(request, JPEG) && !accepts(request, JSON_TYPE);
    const query = predictionQuery(context.req.queries(), { wantsPicture });
    if (query.crops) checkRole(request, { tokens, roles: ["admin"] });
    const checked = predictions.check(query);
    const image = await bodyOf(request, options);
    const answer = await predictions.run(image, checked, request.signal);
    const { annotated } = answer;
    if (!wantsPicture) {
      if (annotated === null || !accepts(request, JOINED_MEDIA_TYPE)) return context.json(answer);
      return joinedResponse(answer, await pictureOf(annotated));
    }
    if (annotated === null) {
      throw new DmlError("request_invalid", `${query.model} draws no picture that could be sent as ${JPEG}.`);
    }
    const headers = { "content-type": JPEG, "cache-control": "no-store" };
    return new Response(await pictureOf(annotated), { headers });
  });
  return app;
}

/**
 * Returns the body of `request`: a picture, or an archive of people. Memory for it is reserved
 * before it is read, so that many bodies at once cannot exhaust the memory. Throws
 * `request_invalid`, `image_too_large`, `cancelled` or `deadline_exceeded`.
 */
export async function bodyOf(
  request: Request,
  options: Pick<PredictionRoutesOptions, "predictions" | "clock">,
): Promise<Uint8Array<ArrayBuffer>> {
  const size = sizeOf(request);
  if (size === 0) return new Uint8Array();
  const takeBack = await options.predictions.promise(size);
  try {
    const bytes = await withinTime(request.bytes(), options.clock);
    if (bytes.length === size) return bytes;
    throw new DmlError("request_invalid", `${bytes.length} bytes came, but ${size} were announced.`);
  } catch (error) {
    throw asDmlError(error, "cancelled");
  } finally {
    takeBack();
  }
}

/**
 * Returns the result of `coming`, or throws `deadline_exceeded` after {@linkcode UPLOAD_MS}. A
 * client that stops in the middle of an upload thereby gives its reserved memory back.
 */
async function withinTime<Result>(coming: Promise<Result>, clock: Clock): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(UPLOAD_MS, () => {
    late.reject(new DmlError("deadline_exceeded", `The picture did not arrive within ${UPLOAD_MS / 1_000} s.`));
  });
  try {
    return await Promise.race([coming, late.promise]);
  } finally {
    cancel();
  }
}

/**
 * Returns the announced size of the body, in bytes. Throws `request_invalid` if there is none, and
 * `image_too_large` before anything is read if it is over the limit.
 */
function sizeOf(request: Request): number {
  const length = request.headers.get("content-length");
  if (length === null || !/^\d{1,15}$/.test(length)) {
    throw new DmlError("request_invalid", "The request must have a Content-Length.", {
      advice: "Send the picture in one piece, not in chunks.",
    });
  }
  const size = Number(length);
  if (size <= LIMITS.imageBytesMax) return size;
  throw new DmlError(
    "image_too_large",
    `The picture has ${size} bytes; at most ${LIMITS.imageBytesMax} are taken.`,
  );
}
