import { PROGRAM_NAME_PATTERN } from "./allowed_program.ts";
import { LIMITS } from "../kernel/limits.ts";
import { durationMsSchema, idSchema, type Infer, z } from "../schema.ts";

export const programNameSchema = z.string().regex(PROGRAM_NAME_PATTERN, "must be the name of a program");

/** Names of the programs that a node allows. */
export const programNamesSchema = z.array(programNameSchema).max(LIMITS.execProgramsMax);

/** Arguments of a program, passed to it as they are. A system has no argument with a zero byte. */
export const programArgumentsSchema = z.array(
  z.string().max(LIMITS.execArgumentsCharactersMax).refine((text) => !text.includes("\0"), "must not have a zero byte"),
).max(LIMITS.execArgumentsMax).refine(
  (args) => args.reduce((sum, { length }) => sum + length, 0) <= LIMITS.execArgumentsCharactersMax,
  "must not be longer together",
);

/** Time after which a program is ended. */
export const execTimeoutSchema = durationMsSchema.min(1_000);

const creditSchema = z.number().int().min(1).max(LIMITS.execWindowBytes);

/** Master to node: run a program that the node allows, until it ends or is cancelled. */
export const execStartSchema = z.strictObject({
  type: z.literal("exec.start"),
  execId: idSchema,
  /** Name of the admin's token, for the log of the node. */
  actor: z.string().max(100),
  program: programNameSchema,
  arguments: programArgumentsSchema,
  timeoutMs: execTimeoutSchema,
  /** Bytes of output that the node may send before it is told to go on. */
  creditBytes: creditSchema,
});

/** Master to node: so many more bytes of output may be sent. */
export const execCreditSchema = z.strictObject({
  type: z.literal("exec.credit"),
  execId: idSchema,
  creditBytes: creditSchema,
});

/** Master to node: end the program, and send no more of its output. */
export const execCancelSchema = z.strictObject({ type: z.literal("exec.cancel"), execId: idSchema });

export const OUTPUT_STREAMS = ["stdout", "stderr"] as const;
/** Characters of the largest piece of output in base 64. */
const PIECE_CHARACTERS_MAX = 4 * Math.ceil(LIMITS.execPieceBytesMax / 3);

/** One piece of the output of a program. */
export const execPieceSchema = z.strictObject({
  stream: z.enum(OUTPUT_STREAMS),
  /** Bytes in base 64 (RFC 4648), with padding. */
  data: z.string().min(4).max(PIECE_CHARACTERS_MAX).regex(/^[A-Za-z0-9+/]+={0,2}$/),
});

/** Node to master: a piece of the output, within the credit. */
export const execOutputSchema = execPieceSchema.extend({ type: z.literal("exec.output"), execId: idSchema });

/**
 * Reasons why a program is over: `exited` by itself or by a signal from elsewhere; `timed_out`,
 * `cancelled` and `output_limit`: it was ended; `refused`: it was not started.
 */
export const EXEC_ENDS = ["exited", "timed_out", "cancelled", "output_limit", "refused"] as const;

/** The end of a program. */
export const execEndSchema = z.strictObject({
  end: z.enum(EXEC_ENDS),
  /** `null` if it was ended by a signal, or not started. */
  exitCode: z.number().int().min(-2_147_483_648).max(4_294_967_295).nullable(),
  /** Name of the signal that ended it; `null` if none did. */
  signal: z.string().max(32).nullable(),
  /** Sentence with the reason; `null` if it ended by itself. */
  reason: z.string().max(LIMITS.reasonCharactersMax).nullable(),
  durationMs: z.number().min(0).max(Number.MAX_SAFE_INTEGER),
});

/** Node to master: a program is over, and all of its output was sent before. */
export const execEndedSchema = execEndSchema.extend({ type: z.literal("exec.ended"), execId: idSchema });

export type OutputStream = (typeof OUTPUT_STREAMS)[number];
export type ExecStart = Infer<typeof execStartSchema>;
export type ExecOutput = Infer<typeof execOutputSchema>;
export type ExecEnd = Infer<typeof execEndSchema>;
export type ExecEnded = Infer<typeof execEndedSchema>;
