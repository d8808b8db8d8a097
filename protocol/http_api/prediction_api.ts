import { LIMITS } from "../kernel/limits.ts";
import { type Infer, z } from "../schema.ts";

const flag = z.boolean("must be true or false").optional();
const count = (max: number) => z.number(`must be a number from 1 to ${max}`).int().min(1).max(max).optional();
/** Shortest time to wait for an answer; the master looks five times a second. */
const DEADLINE_MS_MIN = 100;
const DEADLINE = `must be a number of milliseconds from ${DEADLINE_MS_MIN} to ${LIMITS.taskDeadlineMs}`;
const SIDE = `must be a number of pixels from 1 to ${LIMITS.imageSideMax}`;
const pixels = z.number(SIDE).int(SIDE).min(1, SIDE).max(LIMITS.imageSideMax, SIDE).optional();

/** Parameters of `POST /v1/predictions`, in the query, or as fields beside the picture. */
export const predictionParametersSchema = z.strictObject({
  model: z.string().max(200).optional().meta({
    description: "NAME or NAME@VERSION; `faces` by default.",
    example: "faces",
  }),
  version: count(999_999_999).meta({ description: "Version of the model, if its name has none.", example: 1 }),
  gallery: z.string().max(200).optional().meta({
    description: "Gallery whose people are looked for; `none` for nobody. By default the caller's own, or `default`.",
    example: "staff",
  }),
  annotate: flag.meta({
    description: "Draw the annotated picture; the default is true if only `image/jpeg` is accepted.",
  }),
  maxSide: pixels.meta({
    description: "Longest side of the annotated picture, in pixels; that of the original by default.",
  }),
  landmarks: flag.meta({ description: "Draw landmarks into the annotated picture; true by default." }),
  labels: flag.meta({ description: "Draw labels into the annotated picture; true by default." }),
  quality: count(100).meta({ description: "Quality of the annotated JPEG, 85 by default." }),
  minScore: z.number("must be a number from 0 to 1").min(0).max(1).optional().meta({
    description: "Least score of a face, object or class. It cannot go below the least score of the model itself.",
    example: 0.8,
  }),
  minFace: pixels.meta({ description: "Least height of a face's box, in pixels of the original." }),
  limit: count(LIMITS.personsMax).meta({ description: "Largest number of faces, or of objects: the largest ones." }),
  topK: count(LIMITS.labelsReportedMax).meta({ description: "Largest number of classes of the whole picture." }),
  deadlineMs: z.number(DEADLINE).int(DEADLINE).min(DEADLINE_MS_MIN, DEADLINE).max(LIMITS.taskDeadlineMs, DEADLINE)
    .optional()
    .meta({ description: "Time after which the answer is 504, in milliseconds; two minutes by default." }),
  anyAngle: flag.meta({ description: "Also find faces that are turned by any angle; models that find faces only." }),
  smallFaces: flag.meta({ description: "Look for small faces everywhere, which takes longer; some models only." }),
  embeddings: flag.meta({ description: "Report the embedding of each face." }),
  keepDoubtful: flag.meta({ description: "Also report faces that are probably not human." }),
  crops: flag.meta({ description: "Cut out each face; for the admin only." }),
});

/** Names of the parameters of a prediction. */
export const PREDICTION_PARAMETERS = Object.keys(predictionParametersSchema.shape);

export type PredictionParameters = Infer<typeof predictionParametersSchema>;
