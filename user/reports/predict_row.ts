import type { DmlError } from "../../protocol/kernel/errors.ts";
import { predictionSchema } from "../../protocol/messages/prediction.ts";
import { type Infer, z } from "../../protocol/schema.ts";

/** One line of `dml predict --json`; the help of `predict` shows this shape. */
export const predictRowSchema = z.discriminatedUnion("ok", [
  z.strictObject({
    /** Path as given on the command line or found; `stdin` for `-`. */
    file: z.string(),
    ok: z.literal(true),
    /** `null` if none was requested. */
    annotatedFile: z.string().nullable(),
    prediction: predictionSchema,
  }),
  z.strictObject({
    file: z.string(),
    ok: z.literal(false),
    error: z.strictObject({
      /** One of the codes in `protocol/kernel/errors.ts`. */
      code: z.string(),
      message: z.string(),
      advice: z.string(),
    }),
  }),
]);

export type PredictRow = Infer<typeof predictRowSchema>;

/** Returns the row of a picture that failed. */
export function failedRow(file: string, { code, message, advice }: DmlError): PredictRow {
  return { file, ok: false, error: { code, message, advice } };
}
