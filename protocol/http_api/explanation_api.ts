import { type Infer, z } from "../schema.ts";
import { LIMITS } from "../kernel/limits.ts";
import { placementSchema } from "./fleet_api.ts";

const milliseconds = z.number().min(0);

/** One node, as the scheduler sees it for the next picture of a model. */
const candidateSchema = placementSchema.extend({
  workers: z.number().int().min(0),
  /** Pictures of any model that the node holds. */
  held: z.number().int().min(0),
  /** Time of one picture of the model on a worker; `null` if the node has not loaded it. */
  serviceMs: milliseconds.nullable(),
  /** Time from now to the answer, waiting included; `null` if the node cannot take a picture. */
  expectedMs: milliseconds.nullable(),
});

/** Answer of `GET /v1/models/:model/explanation`: the nodes, the one that comes next first. */
export const explanationSchema = z.strictObject({
  model: z.string().max(200),
  gallery: z.string().max(200).nullable(),
  /** Pictures of the model that wait for a node. */
  waiting: z.number().int().min(0),
  nodes: z.array(candidateSchema).max(LIMITS.nodesMax),
});

export type Candidate = Infer<typeof candidateSchema>;
export type Explanation = Infer<typeof explanationSchema>;
