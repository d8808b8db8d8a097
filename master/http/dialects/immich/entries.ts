import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { parseAs, z } from "../../../../protocol/schema.ts";

const ENTRIES_CHARACTERS_MAX = 10_000;
const TASK = "facial-recognition";

const stepSchema = z.object({
  modelName: z.string().max(200),
  options: z.object({ minScore: z.number().min(0).max(1).optional() }).optional(),
});
/** The tasks of a request, each with its steps. */
const entriesSchema = z.record(z.string().max(100), z.unknown());
const facesSchema = z.object({ detection: stepSchema, recognition: stepSchema.optional() });

/** The wish for the faces of a picture. */
export interface FaceEntry {
  /** Lowest score of a face that is reported. */
  readonly scoreMin: number;
  readonly wantsEmbeddings: boolean;
}

/**
 * Returns what `entries` asks about faces. The names of Immich's models are ignored: faces are found
 * by the model of this master. Throws `request_invalid`, also for every other task.
 */
export function faceEntryIn(entries: string | null): FaceEntry {
  if (entries === null) throw new DmlError("request_invalid", "The form has no field entries.");
  if (entries.length > ENTRIES_CHARACTERS_MAX) throw new DmlError("request_invalid", "The field entries is too long.");
  let value: unknown;
  try {
    value = JSON.parse(entries);
  } catch (error) {
    throw new DmlError("request_invalid", "The field entries is not JSON.", { cause: error });
  }
  const options = { what: "The field entries", code: "request_invalid" } as const;
  const tasks = parseAs(entriesSchema, value, options);
  const other = Object.keys(tasks).find((task) => task !== TASK);
  if (other !== undefined || !(TASK in tasks)) {
    throw new DmlError("request_invalid", `This server has no task ${other ?? "at all"}; it has ${TASK}.`, {
      advice: "Name Immich's own server as the second URL for the rest.",
    });
  }
  const { detection, recognition } = parseAs(facesSchema, tasks[TASK], options);
  return { scoreMin: detection.options?.minScore ?? 0, wantsEmbeddings: recognition !== undefined };
}
