import fc from "fast-check";
import { normalise } from "../../../../models/pipelines/faces/embed.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assertAlmostEquals, assertEquals, assertStrictEquals, assertThrows } from "../../../assert.ts";

Deno.test("normalise() scales to length one and keeps the direction", () => {
  const component = fc.float({ min: -100, max: 100, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-3);
  const vector = fc.array(component, { minLength: 1, maxLength: 600 })
    .filter((all) => all.some((x) => x !== 0));
  fc.assert(fc.property(vector, (components) => {
    const unit = normalise(Float32Array.from(components));
    const length = Math.hypot(...components);
    assertAlmostEquals(Math.hypot(...unit), 1, 1e-5);
    unit.forEach((value, index) => assertAlmostEquals(value, components[index] / length, 1e-5));
  }));
});

Deno.test("normalise() works in place", () => {
  const vector = Float32Array.of(3, 4);
  assertStrictEquals(normalise(vector), vector);
  assertEquals([...vector], [...Float32Array.of(0.6, 0.8)]);
});

Deno.test("normalise() refuses a vector without a direction", () => {
  for (const vector of [[0, 0], [NaN, 1], [Infinity, 1], []]) {
    const error = assertThrows(() => normalise(Float32Array.from(vector)), DmlError);
    assertEquals(error.code, "engine_failed");
  }
});
