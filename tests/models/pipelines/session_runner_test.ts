import { type SessionForm, SessionRunner } from "../../../models/pipelines/session_runner.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "../../assert.ts";
import { FakeSession } from "./fake_session.ts";

const FORM = {
  role: "sum",
  input: { name: "input", dims: [2, 3] },
  outputs: { one: 1, two: 2 },
} as const satisfies SessionForm;

Deno.test("SessionRunner.run() passes its input to the model file and returns the outputs by name, repeatedly", async () => {
  const session = new FakeSession(FORM, (run) => ({ one: Float32Array.of(run) }));
  const runner = new SessionRunner({ sum: session }, FORM);
  assertEquals(runner.input.length, 6);
  for (let run = 0; run < 3; run++) {
    runner.input.fill(run);
    const answer = await runner.run();
    assertEquals([[...answer.one], [...answer.two]], [[run], [0, 0]]);
  }
  assertEquals(session.runs, [0, 1, 2].map((run) => new Float32Array(6).fill(run)));
});

Deno.test("SessionRunner() refuses a model without its model file or its tensors", () => {
  const otherInput = new FakeSession({ ...FORM, input: { name: "data", dims: [2, 3] } });
  const otherOutput = new FakeSession({ ...FORM, outputs: { one: 1 } });
  const cases = [
    [{}, "no model file sum"],
    [{ other: new FakeSession(FORM) }, "no model file sum"],
    [{ sum: otherInput }, "no tensor input"],
    [{ sum: otherOutput }, "no tensor two"],
  ] as const;
  for (const [sessions, sentence] of cases) {
    const error = assertThrows(() => new SessionRunner(sessions, FORM), DmlError);
    assertEquals(error.code, "model_invalid");
    assertStringIncludes(error.message, sentence);
  }
});

Deno.test("SessionRunner.run() refuses an output of another size", async () => {
  const session = new FakeSession(FORM, () => ({ two: new Float32Array(3) }));
  const error = await assertRejects(() => new SessionRunner({ sum: session }, FORM).run(), DmlError);
  assertEquals(error.code, "engine_failed");
  assertStringIncludes(error.message, "The model file sum did not return 2 floats in two");
});
