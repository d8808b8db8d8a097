import { type Context, Hono } from "hono";
import { callerOfRequest, checkGallery, checkRole } from "../../protocol/http/auth.ts";
import type { BatchAnswer, PredictAnswer } from "../../protocol/http_api/api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import type { Caller, Credentials } from "../../protocol/security/credentials.ts";
import { ADMIN_READER, type Reader, readerOf } from "../blobs/transient_blobs.ts";
import type { MasterBlobs } from "../blobs/master_blobs.ts";
import { noteFacts, ownerOf, personFacts } from "../observe/request_facts.ts";
import type { CheckedRequest, Predictions } from "../turn/predictions.ts";
import { exchangeOf } from "./exchange/exchange_facts.ts";
import type { FormFile } from "./inputs/form.ts";
import { readPictures } from "./inputs/read_pictures.ts";
import { batchResponse, predictionResponse, type WantedAnswer, wantedAnswer } from "./outputs/prediction_answers.ts";
import { predictionQuery } from "./prediction_query.ts";
import { type QueryTexts, withFields } from "./inputs/query_values.ts";
import type { Refusals } from "./refusals.ts";
import { remoteOf } from "./request_origin.ts";
import type { Uploads } from "./uploads/uploads.ts";

/** The parts of a master that the routes work with. */
export interface PredictionRoutesOptions {
  readonly predictions: Predictions;
  readonly blobs: Pick<MasterBlobs, "view" | "read" | "show">;
  readonly uploads: Pick<Uploads, "read">;
  readonly refusals: Pick<Refusals, "record">;
  /** `null` if requests need no token. */
  readonly credentials: Credentials | null;
}

/**
 * Serves `POST /v1/predictions?model=faces&annotate=true&embeddings=false&gallery=default`,
 * whose body is the file of a picture, or a form or JSON with one or more; `readPictures` lists the
 * forms. The answer is that which `Accept` names: see `outputs/prediction_answers.ts`.
 */
export function predictionRoutes(options: PredictionRoutesOptions): Hono {
  const { blobs, credentials, uploads } = options;
  const app = new Hono();
  // A view is enough, because the response copies the bytes.
  const pictureOf = async ({ digest }: { digest: PredictedDigest }) => blobs.view(digest) ?? await blobs.read(digest);
  app.post(PATHS.predictions, async (context) => {
    const request = context.req.raw;
    const caller = callerOfRequest(request, credentials);
    const wanted = wantedAnswer(request);
    const query = context.req.queries();
    // Whatever can be refused is refused before the body is read.
    const checked = checkedRequest(request, query, { ...options, caller, wanted });
    const { files, fields } = await readPictures(context, { uploads });
    const asked = fields.size === 0 ? checked : checkedRequest(request, withFields(query, fields), {
      ...options,
      caller,
      wanted,
    });
    const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
    noteFacts(request, { model: asked.model.name, gallery: asked.options.gallery, bytes });
    if (files.length === 1) {
      const answer = await predicted(context, files[0], { ...options, asked, reader: readerOf(caller) });
      const facts = exchangeOf(request);
      if (facts !== undefined) facts.timings = answer.timings ?? null;
      noteFacts(request, personFacts([answer.prediction]));
      return await predictionResponse(answer, { wanted, model: asked.model.name, pictureOf });
    }
    const batch = await allPredicted(context, files, { ...options, asked, reader: readerOf(caller) });
    const predictions = batch.answers.flatMap((part) => part.answer === undefined ? [] : [part.answer.prediction]);
    noteFacts(request, personFacts(predictions));
    return await batchResponse(batch, { wanted, pictureOf });
  });
  return app;
}

type PredictedDigest = NonNullable<PredictAnswer["annotated"]>["digest"];

/** Checks the parameters of a request, and what its caller may ask for. */
function checkedRequest(
  request: Request,
  parameters: QueryTexts,
  { predictions, credentials, caller, wanted }: Pick<PredictionRoutesOptions, "predictions" | "credentials"> & {
    caller: Caller | null;
    wanted: WantedAnswer;
  },
): CheckedRequest {
  const query = predictionQuery(parameters, { ...wanted, defaultGallery: caller?.gallery });
  checkGallery(caller, query.gallery);
  if (query.crops) checkRole(request, { credentials, roles: ["admin"] });
  return predictions.check(query);
}

async function predicted(
  context: Context,
  { bytes }: FormFile,
  { predictions, blobs, asked, reader }: Pick<PredictionRoutesOptions, "predictions" | "blobs"> & {
    asked: CheckedRequest;
    reader: Reader;
  },
): Promise<PredictAnswer> {
  const { raw: request } = context.req;
  const answer = await predictions.run(bytes, { ...asked, owner: ownerOf(request) }, request.signal);
  showPictures(answer, { blobs, reader });
  return answer;
}

/** Runs every picture; one that is refused does not keep the others from their answers. */
async function allPredicted(
  context: Context,
  files: readonly FormFile[],
  options: PredictionRoutesOptions & { asked: CheckedRequest; reader: Reader },
): Promise<BatchAnswer> {
  const answers = await Promise.all(files.map(async (file) => {
    const { fileName } = file;
    try {
      return { fileName, answer: await predicted(context, file, options) };
    } catch (error) {
      const { method, path, raw } = context.req;
      const facts = exchangeOf(raw);
      const { problem } = options.refusals.record(error, { method, path, remote: remoteOf(context), facts });
      return { fileName, problem };
    }
  }));
  return { answers };
}

/** Lets the caller fetch the pictures that the answer names; face crops are for the admin only. */
function showPictures(
  { annotated, prediction }: PredictAnswer,
  { blobs, reader }: Pick<PredictionRoutesOptions, "blobs"> & { reader: Reader },
): void {
  if (annotated !== null) blobs.show(annotated.digest, reader);
  for (const { crop } of prediction.persons) if (crop !== undefined) blobs.show(crop.digest, ADMIN_READER);
}
