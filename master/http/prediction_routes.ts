import { Hono } from "hono";
import type { BlobStore } from "../../protocol/blob/blob_store.ts";
import type { PredictAnswer } from "../../protocol/http/api.ts";
import { PATHS } from "../../protocol/http/paths.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { CheckedRequest, Predictions } from "../predictions.ts";
import { predictionQuery } from "./prediction_query.ts";

const JPEG = "image/jpeg";

/**
 * `POST /v1/predictions?recognizer=faces&annotate=true&embeddings=false` with the picture's file as its body. Answers the
 * prediction as JSON or, to who accepts only `image/jpeg`, the annotated picture.
 */
export function predictionRoutes(options: { predictions: Predictions; blobs: BlobStore }): Hono {
  const { predictions, blobs } = options;
  const app = new Hono();
  app.post(PATHS.predictions, async (context) => {
    const request = context.req.raw;
    const wantsPicture = acceptsOnlyJpeg(request.headers.get("accept"));
    const query = predictionQuery(context.req.queries(), { wantsPicture });
    const checked = predictions.check(query);
    const answer = await answerTo(request, predictions, checked);
    if (!wantsPicture) return context.json(answer);
    const { annotated } = answer;
    if (annotated === null) {
      throw new DmlError("request_invalid", `${query.recognizer} draws no picture to be had as ${JPEG}.`);
    }
    const headers = { "content-type": JPEG, "cache-control": "no-store" };
    return new Response(await blobs.read(annotated.digest), { headers });
  });
  return app;
}

function acceptsOnlyJpeg(accept: string | null): boolean {
  return accept !== null && accept.includes(JPEG) && !accept.includes("json");
}

async function answerTo(
  request: Request,
  predictions: Predictions,
  checked: CheckedRequest,
): Promise<PredictAnswer> {
  const image = await bodyOf(request, predictions);
  return await predictions.run(image, checked, request.signal);
}

/** The picture. Room is promised to it before it is read, so that many at once cannot fill the memory. */
async function bodyOf(
  request: Request,
  predictions: Predictions,
): Promise<Uint8Array<ArrayBuffer>> {
  const size = sizeOf(request);
  if (size === 0) return new Uint8Array();
  const takeBack = await predictions.promise(size);
  try {
    const bytes = await request.bytes();
    if (bytes.length === size) return bytes;
    throw new DmlError("request_invalid", `${bytes.length} bytes came, ${size} were announced.`);
  } catch (error) {
    throw asDmlError(error, "cancelled");
  } finally {
    takeBack();
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
