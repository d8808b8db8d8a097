import { JOINED_MEDIA_TYPE, joinedResponse } from "../../../protocol/http/joined_answer.ts";
import {
  PARTS_MEDIA_TYPES,
  type PartsMediaType,
  partsResponse,
  type PicturePart,
} from "../../../protocol/http/multipart_answer.ts";
import type { BatchAnswer, PredictAnswer } from "../../../protocol/http_api/api.ts";
import { blobPath } from "../../../protocol/http_api/paths.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { accepts } from "../accepts.ts";

const JPEG = "image/jpeg";
const JSON_TYPE = "application/json";
const BOUNDARY_LENGTH = 24;

type Annotated = NonNullable<PredictAnswer["annotated"]>;

/** Form of the answer that a request accepts. */
export interface WantedAnswer {
  /** True if the answer is the annotated picture alone. */
  readonly wantsPicture: boolean;
  /** Media type of an answer in parts, with the annotated picture; `null` for none. */
  readonly parts: PartsMediaType | null;
  /** True if JSON and picture may be joined in dml's own form. */
  readonly mayJoin: boolean;
}

/** Returns the form of the answer that the `Accept` header names; JSON if it names none. */
export function wantedAnswer(request: Request): WantedAnswer {
  const parts = PARTS_MEDIA_TYPES.find((type) => accepts(request, type)) ?? null;
  return {
    wantsPicture: parts === null && accepts(request, JPEG) && !accepts(request, JSON_TYPE),
    parts,
    mayJoin: accepts(request, JOINED_MEDIA_TYPE),
  };
}

/** Reader of annotated pictures. */
type PictureOf = (annotated: Annotated) => Promise<Uint8Array<ArrayBuffer>>;

/** Returns the response about one picture. Throws `request_invalid` if there is no picture to send. */
export async function predictionResponse(
  answer: PredictAnswer,
  { wanted, model, pictureOf }: { wanted: WantedAnswer; model: string; pictureOf: PictureOf },
): Promise<Response> {
  const { annotated } = answer;
  if (wanted.wantsPicture) {
    if (annotated === null) {
      throw new DmlError("request_invalid", `${model} draws no picture that could be sent as ${JPEG}.`);
    }
    const headers = { "content-type": JPEG, "cache-control": "no-store" };
    return new Response(await pictureOf(annotated), { headers });
  }
  if (wanted.parts !== null) return await responseInParts(answer, [annotated], { type: wanted.parts, pictureOf });
  if (annotated !== null && wanted.mayJoin) return joinedResponse(answer, await pictureOf(annotated));
  return Response.json(answer);
}

/** Returns the response about several pictures. Throws `request_invalid`. */
export async function batchResponse(
  batch: BatchAnswer,
  { wanted, pictureOf }: { wanted: WantedAnswer; pictureOf: PictureOf },
): Promise<Response> {
  if (wanted.wantsPicture) {
    throw new DmlError("request_invalid", `Several pictures cannot be answered as one ${JPEG}.`, {
      advice: "Accept application/json or multipart/mixed, or send one picture at a time.",
    });
  }
  if (wanted.parts === null) return Response.json(batch);
  const annotated = batch.answers.map(({ answer }) => answer?.annotated ?? null);
  return await responseInParts(batch, annotated, { type: wanted.parts, pictureOf });
}

async function responseInParts(
  value: PredictAnswer | BatchAnswer,
  annotated: readonly (Annotated | null)[],
  { type: mediaType, pictureOf }: { type: PartsMediaType; pictureOf: PictureOf },
): Promise<Response> {
  const pictures: PicturePart[] = [];
  for (const reference of annotated) {
    if (reference === null) continue;
    const bytes = await pictureOf(reference);
    pictures.push({ location: blobPath(reference.digest), mediaType: reference.mediaType, bytes });
  }
  // It must not occur in a picture, which nobody could make on purpose.
  const boundary = `dml-${crypto.randomUUID().replaceAll("-", "").slice(0, BOUNDARY_LENGTH)}`;
  return partsResponse(value, { pictures, mediaType, boundary });
}
