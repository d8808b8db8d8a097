import { assertEquals, assertThrows } from "../assert.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { digestSchema, parseAs, recognizerNameSchema, z } from "../../protocol/schema.ts";

const schema = z.strictObject({ size: z.number(), digest: digestSchema });

Deno.test("parseAs() names what, the field and the fault", () => {
  const error = assertThrows(
    () => parseAs(schema, { size: "big", digest: "x" }, { what: "The offer", code: "message_invalid" }),
    DmlError,
    "The offer is not valid: size:",
  );
  assertEquals(error.code, "message_invalid");
});

Deno.test("parseAs() refuses a field that nobody declared", () => {
  const value = { size: 1, digest: `sha256:${"0".repeat(64)}`, extra: 1 };
  assertThrows(
    () => parseAs(schema, value, { what: "It", code: "request_invalid" }),
    DmlError,
    "extra",
  );
});

Deno.test("recognizerNameSchema takes name and name@version", () => {
  for (const name of ["faces", "faces@1", "yolo-v8.n_s", "a@999999999"]) {
    assertEquals(recognizerNameSchema.parse(name), name);
  }
  for (const name of ["", "Faces", "@1", "a@", "a@1234567890", "a b", "../x", "a".repeat(64)]) {
    assertThrows(() => recognizerNameSchema.parse(name));
  }
});
