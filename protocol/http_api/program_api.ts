import { PROGRAM_STATES, programSchema, targetSchema } from "../messages/program.ts";
import { idSchema, type Infer, z } from "../schema.ts";

/** State of one node with regard to the program that the master offers it. */
const nodeProgramSchema = z.strictObject({
  nodeId: idSchema,
  name: z.string().max(100),
  isConnected: z.boolean(),
  target: targetSchema,
  /** Version that the node runs, as it reported. */
  version: z.string().max(64),
  /**
   * `current`: the master has nothing newer for the node. `waiting`: the master updates other nodes
   * first.
   */
  state: z.enum(["current", "waiting", "offered", ...PROGRAM_STATES]),
  reason: z.string().max(2_000).nullable(),
});

/** Answer of `GET /v1/programs`. */
export const programsSchema = z.strictObject({
  /** Version of the master itself. */
  version: z.string().max(64),
  programs: z.array(programSchema).max(64),
  nodes: z.array(nodeProgramSchema),
});

export type NodeProgram = Infer<typeof nodeProgramSchema>;
export type ProgramsListing = Infer<typeof programsSchema>;
