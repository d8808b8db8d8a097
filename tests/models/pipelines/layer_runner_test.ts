import { type LayerForm, LayerRunner } from "../../../models/pipelines/layer_runner.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "../../assert.ts";
import { FakeLayer } from "./fake_layer.ts";

const FORM = {
  role: "sum",
  input: { name: "input", dims: [2, 3] },
  outputs: { one: 1, two: 2 },
} as const satisfies LayerForm;

Deno.test("LayerRunner.run() gives its input to the layer and the outputs back by name, again and again", async () => {
  const session = new FakeLayer(FORM, (run) => ({ one: Float32Array.of(run) }));
  const runner = new LayerRunner({ sum: session }, FORM);
  assertEquals(runner.input.length, 6);
  for (let run = 0; run < 3; run++) {
    runner.input.fill(run);
    const answer = await runner.run();
    assertEquals([[...answer.one], [...answer.two]], [[run], [0, 0]]);
  }
  assertEquals(session.runs, [0, 1, 2].map((run) => new Float32Array(6).fill(run)));
});

Deno.test("LayerRunner() refuses a recognizer without its layer or its tensors", () => {
  const otherInput = new FakeLayer({ ...FORM, input: { name: "data", dims: [2, 3] } });
  const otherOutput = new FakeLayer({ ...FORM, outputs: { one: 1 } });
  const cases = [
    [{}, "no layer sum"],
    [{ other: new FakeLayer(FORM) }, "no layer sum"],
    [{ sum: otherInput }, "no tensor input"],
    [{ sum: otherOutput }, "no tensor two"],
  ] as const;
  for (const [layers, sentence] of cases) {
    const error = assertThrows(() => new LayerRunner(layers, FORM), DmlError);
    assertEquals(error.code, "recognizer_invalid");
    assertStringIncludes(error.message, sentence);
  }
});

Deno.test("LayerRunner.run() refuses an answer of another size", async () => {
  const session = new FakeLayer(FORM, () => ({ two: new Float32Array(3) }));
  const error = await assertRejects(() => new LayerRunner({ sum: session }, FORM).run(), DmlError);
  assertEquals(error.code, "engine_failed");
  assertStringIncludes(error.message, "The layer sum did not answer with 2 floats in two");
});
