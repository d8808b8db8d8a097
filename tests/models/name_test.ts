import fc from "fast-check";
import { formatModelName, parseModelName } from "../../models/name.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { assertEquals, assertThrows } from "../assert.ts";

Deno.test("parseModelName() splits what formatModelName() joined", () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,62}$/);
  const version = fc.option(fc.integer({ min: 1, max: 999_999_999 }));
  fc.assert(fc.property(name, version, (name, version) => {
    const whole = { name, version };
    assertEquals(parseModelName(formatModelName(whole)), whole);
  }));
});

Deno.test("parseModelName() refuses invalid names", () => {
  const wrong = ["", "@", "@1", "faces@", "faces@0", "faces@01", "faces@1@2", "faces@-1"];
  for (const text of [...wrong, "Faces", "fa ces", "../faces", "f".repeat(64), "faces@1234567890"]) {
    const error = assertThrows(() => parseModelName(text), DmlError);
    assertEquals(error.code, "model_unknown", text);
  }
});
