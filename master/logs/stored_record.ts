import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { boundedRecord, jsonBytesOf } from "../../protocol/kernel/logs/log_record.ts";
import { journalRecordSchema } from "../../protocol/messages/log.ts";
import { idSchema, type Infer, parseAs, z } from "../../protocol/schema.ts";
import { JOURNALS_MAX, POSITIONS_MAX } from "./log_positions.ts";

/** A name of 100 characters, each of which may be escaped. */
const NODE_NAME_CHARACTERS_MAX = 600;
const cursorSchema = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

const nodeRecordSchema = journalRecordSchema.extend({
  cursor: cursorSchema,
  node: z.strictObject({ nodeId: idSchema, name: z.string().max(NODE_NAME_CHARACTERS_MAX) }),
});
const masterRecordSchema = journalRecordSchema.omit({ journal: true, sequence: true }).extend({
  cursor: cursorSchema,
  node: z.null(),
});
const checkpointSchema = z.strictObject({
  nodes: z.array(z.strictObject({
    nodeId: idSchema,
    journals: z.array(journalRecordSchema.pick({ journal: true, sequence: true })).max(JOURNALS_MAX),
  })).max(POSITIONS_MAX),
});
const lineSchema = z.union([nodeRecordSchema, masterRecordSchema, checkpointSchema]);

export type NodeRecord = Infer<typeof nodeRecordSchema>;
/** One record in the store: of a node, or of the master, whose `node` is `null`. */
export type StoredRecord = NodeRecord | Infer<typeof masterRecordSchema>;
/** First line of a file: the positions of the nodes when it was begun. */
export type Checkpoint = Infer<typeof checkpointSchema>;

/** Returns `record` so that its line has at most `logLineBytesMax` bytes and steers no terminal. */
export function fittedRecord<Stored extends StoredRecord>(record: Stored): Stored {
  const { timeMs: _time, level: _level, message: _message, fields: _fields, ...frame } = record;
  // The comma between the two parts takes the place of one brace, the newline that of another.
  const bytesMax = LIMITS.logLineBytesMax - jsonBytesOf(frame);
  return { ...record, ...boundedRecord(record, { bytesMax }) };
}

/** Returns `line` as JSON, with its newline. */
export function formatLine(line: StoredRecord | Checkpoint): string {
  return jsonLine(line);
}

/** Returns a line of a file; `null` if it is damaged, as after a crash in the middle of writing. */
export function parseLine(line: string): StoredRecord | Checkpoint | null {
  try {
    return parseAs(lineSchema, JSON.parse(line), { what: "A stored line", code: "internal" });
  } catch {
    return null;
  }
}
