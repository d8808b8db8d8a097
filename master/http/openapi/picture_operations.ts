import { PARTS_MEDIA_TYPES } from "../../../protocol/http/multipart_answer.ts";
import { JOINED_MEDIA_TYPE } from "../../../protocol/http/joined_answer.ts";
import { predictionParametersSchema } from "../../../protocol/http_api/prediction_api.ts";
import { PEOPLE_PAGE_MAX } from "../../../protocol/http_api/people_api.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { ARCHIVE_MEDIA_TYPE } from "../../../protocol/http_api/people_archive.ts";
import { verificationParametersSchema } from "../../../protocol/http_api/verification_api.ts";
import { z } from "../../../protocol/schema.ts";
import type { Operation } from "./operation.ts";

const pageQuery = z.strictObject({
  after: z.string().max(200).optional().meta({ description: "`next` of the page before." }),
  limit: z.number().int().min(1).max(PEOPLE_PAGE_MAX).optional().meta({ description: "People on the page, or 100." }),
});
const faceQuery = z.strictObject({
  face: z.number().int().min(1).max(LIMITS.personsMax).optional().meta({ description: "Number of the face." }),
  largest: z.boolean().optional().meta({ description: "Take the largest face." }),
  anyAngle: z.boolean().optional().meta({ description: "Also find faces that are turned by any angle." }),
  source: z.string().max(400).optional().meta({ description: "Name of the picture's file, which is kept." }),
});
const enrolQuery = z.strictObject({
  ...faceQuery.shape,
  dryRun: z.boolean().optional().meta({ description: "Store nothing." }),
});
const removalQuery = z.strictObject({
  forGood: z.boolean().optional().meta({ description: "Keep nothing of it in the trash." }),
});
const GALLERY = "/v1/galleries/:gallery";
const PERSON = `${GALLERY}/people/:name`;
const LINES = { mediaType: ARCHIVE_MEDIA_TYPE };

/** Routes about pictures and people. */
export const PICTURE_OPERATIONS: readonly Operation[] = [
  {
    route: "POST /v1/predictions",
    tag: "pictures",
    summary: "Finds what a picture shows.",
    description: "The body is the picture's file, a form with one or more pictures, or JSON with base64. " +
      "Several pictures are answered each for itself. Parameters may stand in the query or beside the picture.",
    query: predictionParametersSchema,
    body: "pictures",
    answer: "PredictAnswer",
    alsoAnswers: ["image/jpeg", ...PARTS_MEDIA_TYPES, JOINED_MEDIA_TYPE],
  },
  {
    route: "POST /v1/verifications",
    tag: "pictures",
    summary: "Says whether two pictures show the same person, or a picture a person of a gallery.",
    description: "Two pictures, as image1 and image2 or as a list, or one picture and the parameter `person`.",
    query: verificationParametersSchema,
    body: "pictures",
    answer: "Verification",
  },
  { route: "GET /v1/galleries", tag: "people", summary: "Lists the galleries.", answer: "Galleries" },
  { route: `GET ${GALLERY}`, tag: "people", summary: "Returns one gallery.", answer: "Gallery" },
  {
    route: `DELETE ${GALLERY}`,
    tag: "people",
    summary: "Removes a gallery with all its people.",
    query: removalQuery,
    answer: null,
    status: 204,
  },
  {
    route: `PUT ${GALLERY}/thresholds`,
    tag: "people",
    summary: "Sets from which similarity on a face is known.",
    body: "ThresholdsChange",
    answer: "Changed",
  },
  {
    route: `GET ${GALLERY}/people`,
    tag: "people",
    summary: "Lists the people of a gallery, page by page.",
    query: pageQuery,
    answer: "PeoplePage",
  },
  {
    route: `GET ${GALLERY}/faces`,
    tag: "people",
    summary: "Lists the faces of a gallery with their embeddings, page by page.",
    query: pageQuery,
    answer: "FacesPage",
  },
  { route: `GET ${PERSON}`, tag: "people", summary: "Returns a person with every face.", answer: "Person" },
  {
    route: `PATCH ${PERSON}`,
    tag: "people",
    summary: "Changes the name or the metadata of a person.",
    body: "PersonChange",
    answer: "Changed",
  },
  {
    route: `DELETE ${PERSON}`,
    tag: "people",
    summary: "Removes a person with every face.",
    query: removalQuery,
    answer: "Changed",
  },
  {
    route: `POST ${PERSON}/merge`,
    tag: "people",
    summary: "Makes another person a part of this one.",
    body: "Merge",
    answer: "Changed",
  },
  {
    route: `POST ${PERSON}/faces`,
    tag: "people",
    summary: "Enrols a face of a picture.",
    query: enrolQuery,
    body: "pictures",
    answer: "EnrolAnswer",
  },
  {
    route: `GET ${PERSON}/faces/:faceId`,
    tag: "people",
    summary: "Returns the picture of an enrolled face.",
    answer: { mediaType: "image/jpeg" },
  },
  {
    route: `DELETE ${PERSON}/faces/:faceId`,
    tag: "people",
    summary: "Removes one face of a person.",
    query: removalQuery,
    answer: "Changed",
  },
  {
    route: `POST ${PERSON}/rejections`,
    tag: "people",
    summary: "Records that a face is not this person.",
    query: faceQuery,
    body: "pictures",
    answer: "EnrolAnswer",
  },
  { route: `GET ${GALLERY}/trash`, tag: "people", summary: "Lists what was removed, newest first.", answer: "Trash" },
  { route: `DELETE ${GALLERY}/trash`, tag: "people", summary: "Deletes the trash for good.", answer: "Emptied" },
  {
    route: `POST ${GALLERY}/trash/:entryId/restore`,
    tag: "people",
    summary: "Brings something back from the trash.",
    answer: "Restored",
  },
  { route: `GET ${GALLERY}/export`, tag: "people", summary: "Exports a gallery as lines of JSON.", answer: LINES },
  {
    route: `POST ${GALLERY}/import`,
    tag: "people",
    summary: "Adds the people of an export.",
    body: LINES,
    answer: "ImportAnswer",
  },
];
