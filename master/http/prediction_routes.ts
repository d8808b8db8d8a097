import { Hono } from "hono";
import { checkRole, roleOfRequest } from "../../protocol/http/auth.ts";
import { JOINED_MEDIA_TYPE, joinedResponse } from "../../protocol/http/joined_answer.ts";
import type { PredictAnswer } from "../../protocol/http_api/api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { ClusterTokens } from "../../protocol/security/tokens.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import type { Reader } from "../blobs/transient_blobs.ts";
import type { MasterBlobs } from "../blobs/master_blobs.ts";
import type { Predictions } from "../turn/predictions.ts";
import { accepts } from "./accepts.ts";
import { predictionQuery } from "./prediction_query.ts";

const JPEG = "image/jpeg";
const JSON_TYPE = "application/json";
/** The time limit for a picture to arrive. */
const UPLOAD_MS = 60_000;

/** The parts of a master that the routes work with. */
export interface PredictionRoutesOptions {
  readonly predictions: Predictions;
  readonly blobs: Pick<MasterBlobs, "view" | "read" | "show">;
  readonly clock: Clock;
  /** `null` if requests need no token. */
  readonly tokens: ClusterTokens | null;
}

/**
 * Serves `POST /v1/predictions?model=faces&annotate=true&embeddings=false&gallery=default`,
 * whose body is the file of a picture. Answers with the prediction as JSON; if only `image/jpeg` is
 * accepted, with the annotated picture; if a joined answer is accepted, with both at once.
 */
export function predictionRoutes(options: PredictionRoutesOptions): Hono {
  const { predictions, blobs, tokens } = options;
  const app = new Hono();
  // A view is enough, because the response copies the bytes.
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
      showPictures(answer, { blobs, reader: roleOfRequest(request, tokens) === "user" ? "user" : "admin" });
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

/** Lets the caller fetch the pictures that the answer names; face crops are for the admin only. */
function showPictures(
  { annotated, prediction }: PredictAnswer,
  { blobs, reader }: Pick<PredictionRoutesOptions, "blobs"> & { reader: Reader },
): void {
  if (annotated !== null) blobs.show(annotated.digest, reader);
  for (const { crop } of prediction.persons) if (crop !== undefined) blobs.show(crop.digest, "admin");
}

/**
 * Reads the picture. Its memory is reserved before it is read, so that many pictures at once cannot
 * exceed the limit.
 */
export async function bodyOf(
  request: Request,
  options: Pick<PredictionRoutesOptions, "predictions" | "clock">,
): Promise<Uint8Array<ArrayBuffer>> {
  const size = sizeOf(request);
  if (size === 0) return new Uint8Array();
  const endReservation = await options.predictions.reserve(size);
  try {
    const bytes = await withinTime(request.bytes(), options.clock);
    if (bytes.length === size) return bytes;
    throw new DmlError("request_invalid", `${bytes.length} bytes arrived, but ${size} were announced.`);
  } catch (error) {
    throw asDmlError(error, "cancelled");
  } finally {
    endReservation();
  }
}

/**
 * Waits for a picture, for a limited time: one that stops in the middle would keep the memory that
 * was reserved for it.
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
 * Returns the announced size of the body. Throws `image_too_large` before anything is read if it
 * is over the limit.
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
