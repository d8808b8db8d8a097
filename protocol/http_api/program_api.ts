import { PROGRAM_STATES, programSchema, targetSchema } from "../messages/program.ts";
import { idSchema, type Infer, z } from "../schema.ts";

/** How one node stands to the program that the master holds for it. */
const nodeProgramSchema = z.strictObject({
  nodeId: idSchema,
  name: z.string().max(100),
  isConnected: z.boolean(),
  target: targetSchema,
  /** What it runs, as it said itself. */
  version: z.string().max(64),
  /** `current`: nothing newer is held for it; `waiting`: its turn comes. */
  state: z.enum(["current", "waiting", "offered", ...PROGRAM_STATES]),
  reason: z.string().max(2_000).nullable(),
});

/** Answer of `GET /v1/programs`. */
export const programsSchema = z.strictObject({
  /** Of the master itself. */
  version: z.string().max(64),
  programs: z.array(programSchema).max(64),
  nodes: z.array(nodeProgramSchema),
});

export type NodeProgram = Infer<typeof nodeProgramSchema>;
export type ProgramsListing = Infer<typeof programsSchema>;
