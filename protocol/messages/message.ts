import { type Infer, z } from "../schema.ts";
import { commandDoneSchema, commandRunSchema } from "./command.ts";
import { execCancelSchema, execCreditSchema, execEndedSchema, execOutputSchema, execStartSchema } from "./exec.ts";
import { fileCancelSchema, fileFailedSchema, fileOrderSchema } from "./files.ts";
import { galleryFailedSchema, galleryOfferSchema, galleryReadySchema, galleryRetireSchema } from "./gallery.ts";
import { challengeSchema, helloSchema, proofSchema, rejectSchema, welcomeSchema } from "./hello.ts";
import { availabilitySchema, goodbyeSchema, pingSchema } from "./liveness.ts";
import { logPositionSchema, logRecordsSchema } from "./log.ts";
import { modelFailedSchema, modelOfferSchema, modelReadySchema, modelRetireSchema } from "./model.ts";
import { programOfferSchema, programStateSchema } from "./program.ts";
import { taskAssignSchema, taskCancelSchema, taskFailedSchema, taskResultSchema } from "./task.ts";

/** Either way: a message was refused. The connection goes on unless a goodbye follows. */
export const errorSchema = z.strictObject({
  type: z.literal("error"),
  code: z.string().max(64),
  reason: z.string().max(2_000),
});

/** Every message that may travel on the control channel. */
export const messageSchema = z.discriminatedUnion("type", [
  helloSchema,
  challengeSchema,
  proofSchema,
  welcomeSchema,
  rejectSchema,
  availabilitySchema,
  pingSchema,
  goodbyeSchema,
  errorSchema,
  modelOfferSchema,
  modelRetireSchema,
  modelReadySchema,
  modelFailedSchema,
  galleryOfferSchema,
  galleryRetireSchema,
  galleryReadySchema,
  galleryFailedSchema,
  taskAssignSchema,
  taskCancelSchema,
  taskResultSchema,
  taskFailedSchema,
  commandRunSchema,
  commandDoneSchema,
  programOfferSchema,
  programStateSchema,
  logRecordsSchema,
  logPositionSchema,
  execStartSchema,
  execCreditSchema,
  execCancelSchema,
  execOutputSchema,
  execEndedSchema,
  fileOrderSchema,
  fileCancelSchema,
  fileFailedSchema,
]);

export type Message = Infer<typeof messageSchema>;
export type MessageType = Message["type"];
