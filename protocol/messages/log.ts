import { KEPT_LEVELS, LOG_FIELD_NAME_CHARACTERS_MAX, LOG_FIELDS_MAX } from "../kernel/logs/log_record.ts";
import { LIMITS } from "../kernel/limits.ts";
import { idSchema, type Infer, z } from "../schema.ts";

const sequenceSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const textSchema = z.string().max(LIMITS.logLineBytesMax);

export const logRecordSchema = z.strictObject({
  timeMs: z.number().min(0).max(Number.MAX_SAFE_INTEGER),
  level: z.enum(KEPT_LEVELS),
  message: textSchema,
  fields: z.record(
    z.string().max(LOG_FIELD_NAME_CHARACTERS_MAX),
    z.union([textSchema, z.number(), z.boolean(), z.null()]),
  ).refine((fields) => Object.keys(fields).length <= LOG_FIELDS_MAX, "has too many fields"),
});

/**
 * One record in the journal of a node. A journal is what one process of the node logged; its records
 * are numbered from 1 without gaps.
 */
export const journalRecordSchema = logRecordSchema.extend({ journal: idSchema, sequence: sequenceSchema });

/** Node to master: records of one journal, in their order. Answered with `log.position`. */
export const logRecordsSchema = z.strictObject({
  type: z.literal("log.records"),
  journal: idSchema,
  /** Records before these that were dropped because they did not fit. */
  lost: z.number().int().min(0).max(1_000_000_000),
  records: z.array(logRecordSchema.extend({ sequence: sequenceSchema })).min(1).max(LIMITS.logBatchRecordsMax),
});

/**
 * Master to node: the last record of this node that the master has. It follows the `welcome`, and
 * answers each `log.records`; the node sends the next records only then. A master that keeps no logs
 * never sends it.
 */
export const logPositionSchema = z.strictObject({
  type: z.literal("log.position"),
  /** `null` if the master has no record of this node. */
  journal: idSchema.nullable(),
  sequence: sequenceSchema,
});

export type JournalRecord = Infer<typeof journalRecordSchema>;
export type LogRecords = Infer<typeof logRecordsSchema>;
export type LogPosition = Infer<typeof logPositionSchema>;
