/** The only file that names the validation library, so that another can take its place here. */
export { z } from "zod";
export type { infer as Infer } from "zod";
import { z } from "zod";
import { GALLERY_NAME_PATTERN } from "./kernel/people_names.ts";
import { clip } from "./kernel/clip.ts";
import { DmlError, type ErrorCode } from "./kernel/errors.ts";
import { type Digest, DIGEST_PATTERN } from "./kernel/digest.ts";
import { ID_PATTERN } from "./kernel/id.ts";

/** `sha256:<64 hex>`. */
export const digestSchema = z.string().max(71).regex(
  DIGEST_PATTERN,
  "must be sha256:<64 hex>",
)
  .transform((text) => text as Digest);
/** `prefix_<20 base 32>`. */
export const idSchema = z.string().max(29).regex(ID_PATTERN, "must be an id");
/** A count of bytes that a double holds exactly. */
export const byteCountSchema = z.number().int().min(0).max(
  Number.MAX_SAFE_INTEGER,
);
/** A duration in milliseconds, at most a day. */
export const durationMsSchema = z.number().min(0).max(86_400_000);
/** `name@version` of a model. */
export const MODEL_NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}(@\d{1,9})?$/;
export const modelNameSchema = z.string().max(96).regex(MODEL_NAME_PATTERN);
/** What people call a gallery. */
export const galleryNameSchema = z.string().regex(GALLERY_NAME_PATTERN);

/** To compile a schema takes milliseconds, as long as hundreds of uses: not for a command that asks once. */
const USES_BEFORE_COMPILED = 4;

/** A fault quotes what it refuses (unknown keys, for one), and that may be a megabyte. */
const ISSUE_CHARACTERS_MAX = 300;

/** How often a schema was used, until it is compiled. */
const uses = new WeakMap<z.ZodType, number>();
const compiled = new WeakMap<z.ZodType, z.ZodType>();

/**
 * `value` as `schema` says, or a {@linkcode DmlError} with `code` whose sentence names `what`, the field and the fault.
 * A schema that is used again and again is compiled, which makes it five times as quick and changes nothing else.
 */
export function parseAs<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  options: { what: string; code: ErrorCode },
): z.infer<Schema> {
  const result = compiledIfUsedOften(schema).safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue.path.length > 0 ? issue.path.join(".") : "it";
  throw new DmlError(
    options.code,
    `${options.what} is not valid: ${path}: ${clip(issue.message, ISSUE_CHARACTERS_MAX)}`,
  );
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
