import { PEOPLE_PAGE_MAX } from "../../protocol/http_api/people_api.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { parseAs, z } from "../../protocol/schema.ts";

const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const numeral = z.string().regex(/^\d{1,9}$/, "must be a whole number").transform(Number);

const faceQuerySchema = z.strictObject({
  face: numeral.pipe(z.number().min(1).max(LIMITS.personsMax)).nullable().default(null),
  largest: flag.default(false),
  anyAngle: flag.default(false),
  source: z.string().max(400).default(""),
});
const enrolQuerySchema = z.strictObject({ ...faceQuerySchema.shape, dryRun: flag.default(false) });
const pageQuerySchema = z.strictObject({
  after: z.string().max(200).nullable().default(null),
  limit: numeral.pipe(z.number().min(1).max(PEOPLE_PAGE_MAX)).default(100),
});
const removalQuerySchema = z.strictObject({ forGood: flag.default(false) });

/**
 * Returns the query of an enrolment: the face to take and at which angles, the name of the
 * picture's file, and whether it is a dry run. Throws `request_invalid`.
 */
export function enrolQuery(parameters: Readonly<Record<string, readonly string[]>>) {
  const query = read(enrolQuerySchema, parameters);
  checkFace(query);
  return query;
}

/** Returns the query of a rejection. Throws `request_invalid`. */
export function rejectQuery(parameters: Readonly<Record<string, readonly string[]>>) {
  const query = read(faceQuerySchema, parameters);
  checkFace(query);
  return query;
}

/** Returns the query of a page of people. Throws `request_invalid`. */
export function pageQuery(parameters: Readonly<Record<string, readonly string[]>>) {
  return read(pageQuerySchema, parameters);
}

/** Returns the query of a removal: true to keep nothing in the trash. Throws `request_invalid`. */
export function removalQuery(parameters: Readonly<Record<string, readonly string[]>>) {
  return read(removalQuerySchema, parameters);
}

function read<Schema extends z.ZodType>(
  schema: Schema,
  parameters: Readonly<Record<string, readonly string[]>>,
): z.infer<Schema> {
  for (const [name, values] of Object.entries(parameters)) {
    if (values.length > 1) throw invalid(`The parameter ${name} was given more than once.`);
  }
  const single = Object.fromEntries(Object.entries(parameters).map(([name, [value]]) => [name, value]));
  return parseAs(schema, single, { what: "The query", code: "request_invalid" });
}

function checkFace({ face, largest }: { face: number | null; largest: boolean }): void {
  if (face !== null && largest) throw invalid("The parameters face and largest cannot be used together.");
}

function invalid(sentence: string): DmlError {
  return new DmlError("request_invalid", sentence);
}
