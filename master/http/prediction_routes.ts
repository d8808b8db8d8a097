import { Hono } from "hono";
import { checkRole } from "../../protocol/http/auth.ts";
import { CONTROL_PORT_HEADER, JOINED_MEDIA_TYPE, joinedResponse } from "../../protocol/http/joined_answer.ts";
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
/** How long a picture may take to arrive. */
const UPLOAD_MS = 60_000;

/** What the routes work with. */
export interface PredictionRoutesOptions {
  readonly predictions: Predictions;
  readonly blobs: Pick<MasterBlobs, "view" | "read">;
  readonly clock: Clock;
  /** Null where requests need none. */
  readonly tokens: ClusterTokens | null;
  /** The control port, for users who go on asking; null when they may not ask there. */
  readonly userPort: number | null;
}

/**
 * `POST /v1/predictions?model=faces&annotate=true&embeddings=false&gallery=default` with the picture's file as its body. Answers the
 * prediction as JSON; to who accepts only `image/jpeg`, the annotated picture; to who accepts a joined answer, both at once.
 */
export function predictionRoutes(options: PredictionRoutesOptions): Hono {
  const { predictions, blobs, tokens, userPort } = options;
  const nextTime: Record<string, string> = userPort === null ? {} : { [CONTROL_PORT_HEADER]: String(userPort) };
  const app = new Hono();
  // A response copies what it is given.
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
      if (!accepts(request, JOINED_MEDIA_TYPE)) return context.json(answer);
      if (annotated === null) return context.json(answer, 200, nextTime);
      return joinedResponse(answer, await pictureOf(annotated), nextTime);
    }
    if (annotated === null) {
      throw new DmlError("request_invalid", `${query.model} draws no picture to be had as ${JPEG}.`);
    }
    const headers = { "content-type": JPEG, "cache-control": "no-store" };
    return new Response(await pictureOf(annotated), { headers });
  });
  return app;
}

/** The picture. Room is promised to it before it is read, so that many at once cannot fill the memory. */
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
    throw new DmlError("request_invalid", `${bytes.length} bytes came, ${size} were announced.`);
  } catch (error) {
    throw asDmlError(error, "cancelled");
  } finally {
    takeBack();
  }
}

/** Whoever stops in the middle does not keep the room for ever. */
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

/** The announced size of the body, which is refused before it is read when it is too much. */
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
