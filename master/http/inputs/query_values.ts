import { DmlError } from "../../../protocol/kernel/errors.ts";
import { parseAs, z } from "../../../protocol/schema.ts";

/** Parameters of a query: the texts of each name, in their order. */
export type QueryTexts = Readonly<Record<string, readonly string[]>>;

/**
 * Returns the parameters of a query, checked by `schema`, whose members are optional texts, numbers
 * and booleans. Throws `request_invalid`, naming the parameter that is unknown, invalid or there
 * twice.
 */
export function queryValues<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  parameters: QueryTexts,
): z.infer<z.ZodObject<Shape>> {
  const values: Record<string, unknown> = {};
  for (const [name, texts] of Object.entries(parameters)) {
    const member = Object.hasOwn(schema.shape, name) ? schema.shape[name] : null;
    if (member === null) {
      const names = Object.keys(schema.shape).join(", ");
      throw invalid(`There is no parameter ${JSON.stringify(name.slice(0, 64))}; there are ${names}.`);
    }
    if (texts.length > 1) throw invalid(`The parameter ${name} was given more than once.`);
    values[name] = valueOf(texts[0], member);
  }
  return parseAs(schema, values, { what: "The query", code: "request_invalid" });
}

/** Returns the parameters in `query`, and those that `fields` beside the picture add to them. */
export function withFields(query: QueryTexts, fields: ReadonlyMap<string, string>): QueryTexts {
  const all: Record<string, readonly string[]> = { ...query };
  for (const [name, value] of fields) all[name] = [...all[name] ?? [], value];
  return all;
}

/** Returns the value that `text` stands for; the text itself if it is none that `member` takes. */
function valueOf(text: string, member: z.core.$ZodType): unknown {
  const inner = member instanceof z.ZodOptional ? member.unwrap() : member;
  if (inner instanceof z.ZodBoolean && (text === "true" || text === "false")) return text === "true";
  if (inner instanceof z.ZodNumber && /^\d{1,9}(\.\d{1,9})?$/.test(text)) return Number(text);
  return text;
}

function invalid(sentence: string): DmlError {
  return new DmlError("request_invalid", sentence);
}
