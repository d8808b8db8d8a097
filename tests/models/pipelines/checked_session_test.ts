import { CheckedSession, type ModelSignature } from "../../../models/pipelines/checked_session.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "../../assert.ts";
import { FakeSession } from "./fake_session.ts";

const FORM = {
  role: "sum",
  input: { name: "input", dims: [2, 3] },
  outputs: { one: 1, two: 2 },
} as const satisfies ModelSignature;

Deno.test("CheckedSession.run() gives its input to the model file and the outputs back by name, again and again", async () => {
  const session = new FakeSession(FORM, (run) => ({ one: Float32Array.of(run) }));
  const checked = new CheckedSession({ sum: session }, FORM);
  assertEquals(checked.input.length, 6);
  for (let run = 0; run < 3; run++) {
    checked.input.fill(run);
    const answer = await checked.run();
    assertEquals([[...answer.one], [...answer.two]], [[run], [0, 0]]);
  }
  assertEquals(session.runs, [0, 1, 2].map((run) => new Float32Array(6).fill(run)));
});

Deno.test("CheckedSession() refuses a model without its model file or its tensors", () => {
  const otherInput = new FakeSession({ ...FORM, input: { name: "data", dims: [2, 3] } });
  const otherOutput = new FakeSession({ ...FORM, outputs: { one: 1 } });
  const cases = [
    [{}, "no model file sum"],
    [{ other: new FakeSession(FORM) }, "no model file sum"],
    [{ sum: otherInput }, "no tensor input"],
    [{ sum: otherOutput }, "no tensor two"],
  ] as const;
  for (const [sessions, sentence] of cases) {
    const error = assertThrows(() => new CheckedSession(sessions, FORM), DmlError);
    assertEquals(error.code, "model_invalid");
    assertStringIncludes(error.message, sentence);
  }
});

Deno.test("CheckedSession.run() refuses an answer of another size", async () => {
  const session = new FakeSession(FORM, () => ({ two: new Float32Array(3) }));
  const error = await assertRejects(() => new CheckedSession({ sum: session }, FORM).run(), DmlError);
  assertEquals(error.code, "engine_failed");
  assertStringIncludes(error.message, "The model file sum did not return 2 floats in two");
});
