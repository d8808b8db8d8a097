import { Hono } from "hono";
import { callerOfRequest, checkGallery, checkRole } from "../../protocol/http/auth.ts";
import { JOINED_MEDIA_TYPE, joinedResponse } from "../../protocol/http/joined_answer.ts";
import type { PredictAnswer } from "../../protocol/http_api/api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Credentials } from "../../protocol/security/credentials.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import { ADMIN_READER, type Reader, readerOf } from "../blobs/transient_blobs.ts";
import type { MasterBlobs } from "../blobs/master_blobs.ts";
import type { Predictions } from "../turn/predictions.ts";
import { accepts } from "./accepts.ts";
import type { Uploads } from "./uploads/uploads.ts";
import { predictionQuery } from "./prediction_query.ts";

const JPEG = "image/jpeg";
const JSON_TYPE = "application/json";

/** The parts of a master that the routes work with. */
export interface PredictionRoutesOptions {
  readonly predictions: Predictions;
  readonly blobs: Pick<MasterBlobs, "view" | "read" | "show">;
  readonly uploads: Pick<Uploads, "read">;
  /** `null` if requests need no token. */
  readonly credentials: Credentials | null;
}

/**
 * Serves `POST /v1/predictions?model=faces&annotate=true&embeddings=false&gallery=default`,
 * whose body is the file of a picture. Answers with the prediction as JSON; if only `image/jpeg` is
 * accepted, with the annotated picture; if a joined answer is accepted, with both at once.
 */
export function predictionRoutes(options: PredictionRoutesOptions): Hono {
  const { predictions, blobs, credentials, uploads } = options;
  const app = new Hono();
  // A view is enough, because the response copies the bytes.
  const pictureOf = async ({ digest }: BlobReference) => blobs.view(digest) ?? await blobs.read(digest);
  app.post(PATHS.predictions, async (context) => {
    const request = context.req.raw;
    const wantsPicture = accepts(request, JPEG) && !accepts(request, JSON_TYPE);
    const caller = callerOfRequest(request, credentials);
    const query = predictionQuery(context.req.queries(), { wantsPicture, defaultGallery: caller?.gallery });
    checkGallery(caller, query.gallery);
    if (query.crops) checkRole(request, { credentials, roles: ["admin"] });
    const checked = predictions.check(query);
    const image = await uploads.read(context);
    const answer = await predictions.run(image, checked, request.signal);
    const { annotated } = answer;
    if (!wantsPicture) {
      showPictures(answer, { blobs, reader: readerOf(caller) });
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
  for (const { crop } of prediction.persons) if (crop !== undefined) blobs.show(crop.digest, ADMIN_READER);
}
