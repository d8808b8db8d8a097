/** Only this file names the validation library, so that it can be replaced here. */
export { z } from "zod";
export type { infer as Infer } from "zod";
import { z } from "zod";
import { MODEL_NAME_PATTERN } from "./kernel/model_name.ts";
import { GALLERY_NAME_PATTERN } from "./kernel/people_names.ts";
import { clip } from "./kernel/clip.ts";
import { DmlError, type ErrorCode } from "./kernel/errors.ts";
import { type Digest, DIGEST_PATTERN } from "./kernel/digests/digest_form.ts";
import { ID_PATTERN } from "./kernel/id.ts";

/** A digest: `sha256:<64 hex>`. */
export const digestSchema = z.string().max(71).regex(
  DIGEST_PATTERN,
  "must be sha256:<64 hex>",
)
  .transform((text) => text as Digest);
/** An id: `prefix_<20 base 32>`. */
export const idSchema = z.string().max(29).regex(ID_PATTERN, "must be an id");
/** A number of bytes that a double represents exactly. */
export const byteCountSchema = z.number().int().min(0).max(
  Number.MAX_SAFE_INTEGER,
);
/** A duration of at most a day, in milliseconds. */
export const durationMsSchema = z.number().min(0).max(86_400_000);
export const modelNameSchema = z.string().max(96).regex(MODEL_NAME_PATTERN);
/** The name of a gallery. */
export const galleryNameSchema = z.string().regex(GALLERY_NAME_PATTERN);

/**
 * Number of uses before a schema is compiled. Compiling takes milliseconds, as long as hundreds of
 * uses, so it does not pay for a command that uses a schema once.
 */
const USES_BEFORE_COMPILED = 4;

/**
 * Length limit of a fault in a message. A fault quotes the value it refuses, such as an unknown
 * key, which may be a megabyte long.
 */
const ISSUE_CHARACTERS_MAX = 300;

/** Number of uses of each schema that is not compiled yet. */
const uses = new WeakMap<z.ZodType, number>();
const compiled = new WeakMap<z.ZodType, z.ZodType>();

/**
 * Returns `value`, checked and converted by `schema`. Throws a {@linkcode DmlError} with `code`,
 * whose sentence names `what`, the field and the fault. A schema that is used repeatedly is
 * compiled, which makes it five times as fast and changes nothing else.
 */
export function parseAs<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  options: { what: string; code: ErrorCode },
): z.infer<Schema> {
  const result = compiledIfUsedOften(schema).safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const fault = clip(issue.message, ISSUE_CHARACTERS_MAX);
  throw new DmlError(options.code, `${options.what} is not valid: ${locatedFault(issue.path, fault)}.`);
}

/** Returns a fault after the path of the field; as a clause if the value as a whole is at fault. */
function locatedFault(path: readonly PropertyKey[], fault: string): string {
  if (path.length > 0) return `${path.join(".")}: ${fault}`;
  return fault.startsWith("must ") ? `it ${fault}` : fault;
}

function compiledIfUsedOften<Schema extends z.ZodType>(schema: Schema): Schema {
  const known = compiled.get(schema);
  if (known !== undefined) return known as Schema;
  const times = (uses.get(schema) ?? 0) + 1;
  uses.set(schema, times);
  if (times < USES_BEFORE_COMPILED) return schema;
  const quick = z.compile(schema);
  compiled.set(schema, quick);
  return quick;
}
