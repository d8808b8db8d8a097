import fc from "fast-check";
import { assertEquals, assertThrows } from "../assert.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { messageSchema } from "../../protocol/messages/message.ts";
import { digestSchema, idSchema, modelNameSchema, parseAs, z } from "../../protocol/schema.ts";
import { SAMPLE_MESSAGES } from "./sample_messages.ts";

const schema = z.strictObject({ size: z.number(), digest: digestSchema });

Deno.test("parseAs() names what, the field and the fault", () => {
  const error = assertThrows(
    () => parseAs(schema, { size: "big", digest: "x" }, { what: "The offer", code: "message_invalid" }),
    DmlError,
    "The offer is not valid: size:",
  );
  assertEquals(error.code, "message_invalid");
});

Deno.test("parseAs() names no field if the value as a whole is at fault", () => {
  assertThrows(
    () => parseAs(idSchema, "x", { what: "The node's id", code: "request_invalid" }),
    DmlError,
    "The node's id is not valid: it must be an id.",
  );
});

Deno.test("parseAs() refuses a field that nobody declared", () => {
  const value = { size: 1, digest: `sha256:${"0".repeat(64)}`, extra: 1 };
  assertThrows(
    () => parseAs(schema, value, { what: "It", code: "request_invalid" }),
    DmlError,
    "extra",
  );
});

Deno.test("modelNameSchema takes name and name@version", () => {
  for (const name of ["faces", "faces@1", "yolo-v8.n_s", "a@999999999"]) {
    assertEquals(modelNameSchema.parse(name), name);
  }
  for (const name of ["", "Faces", "@1", "a@", "a@1234567890", "a b", "../x", "a".repeat(64)]) {
    assertThrows(() => modelNameSchema.parse(name));
  }
});

/** Returns the parsed `value`, or the sentence that refuses it. */
function outcome(schema: z.ZodType, value: unknown): unknown {
  try {
    return { value: parseAs(schema, value, { what: "It", code: "message_invalid" }) };
  } catch (error) {
    if (error instanceof DmlError) return { refusal: error.message };
    throw error;
  }
}

/** Returns a copy of `value` whose `at`-th entry, at any depth, is removed or replaced. */
function changed(value: unknown, at: number, replacement: { by: unknown } | null): unknown {
  const copy = structuredClone(value);
  const places: { object: Record<string, unknown>; key: string }[] = [];
  const visit = (object: unknown): void => {
    if (typeof object !== "object" || object === null) return;
    for (const [key, inner] of Object.entries(object)) {
      places.push({ object: object as Record<string, unknown>, key });
      visit(inner);
    }
  };
  visit(copy);
  const { object, key } = places[at % places.length];
  if (replacement === null) delete object[key];
  else object[key] = replacement.by;
  return copy;
}

Deno.test("parseAs() takes and refuses the same, in the same words, however often a schema was used", () => {
  for (const fresh of messageSchema.options) {
    const often = fresh.clone();
    const sample = SAMPLE_MESSAGES[fresh.shape.type.value];
    for (let use = 0; use < 10; use++) assertEquals(outcome(often, sample), { value: sample });
    const replacement = fc.option(fc.record({ by: fc.oneof(fc.jsonValue(), fc.double(), fc.constant(undefined)) }));
    const extra = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 1 });
    fc.assert(
      fc.property(fc.nat(), replacement, extra, (at, replacement, extra) => {
        const value = { ...changed(sample, at, replacement) as object, ...extra };
        assertEquals(outcome(often, value), outcome(fresh.clone(), value));
      }),
      { numRuns: 50 },
    );
  }
});

Deno.test("parseAs() gives back a value of its own, however often a schema was used", () => {
  for (let use = 0; use < 10; use++) {
    const value = { size: use, digest: `sha256:${"0".repeat(64)}` };
    const parsed = parseAs(schema, value, { what: "It", code: "message_invalid" });
    value.size = -1;
    assertEquals(parsed.size, use);
  }
});
