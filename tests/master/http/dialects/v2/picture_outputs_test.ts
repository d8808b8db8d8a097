import { classifiedPicture, pictureOutputs } from "../../../../../master/http/dialects/v2/picture_outputs.ts";
import { tensorOfBytes } from "../../../../../models/tensor_bytes.ts";
import type { Prediction } from "../../../../../protocol/messages/prediction.ts";
import { assertEquals } from "../../../../assert.ts";
import { predictionOf } from "../../../core_world.ts";

const box = { x: 1, y: 2, width: 30, height: 40 };
const LABELS = [{ label: "cat", index: 4, score: 0.75 }, { label: "dog", index: 1, score: 0.25 }];

function shown(fields: Partial<Prediction>): [string, readonly number[], unknown][] {
  const prediction = { ...predictionOf("any@1"), width: 9, height: 9, ...fields };
  return pictureOutputs(prediction).map(({ name, type, dims, bytes }) => {
    const { data } = tensorOfBytes(bytes, { type, dims, what: name });
    return [name, dims, name === "prediction" ? JSON.parse(String([...data][0])).model : [...data]];
  });
}

Deno.test("pictureOutputs() makes tensors of what each task finds, and of the prediction as a whole", () => {
  const whole: [string, number[], unknown] = ["prediction", [1], "any@1"];
  const scored = [["scores", [2], [0.75, 0.25]], ["classes", [2], [4n, 1n]], ["labels", [2], ["cat", "dog"]]];
  const boxes = ["boxes", [2, 4], [1, 2, 31, 42, 1, 2, 31, 42]];
  assertEquals(shown({ labels: LABELS }), [...scored, whole] as unknown[]);
  assertEquals(shown({ objects: LABELS.map((one) => ({ ...one, box })) }), [boxes, ...scored, whole] as unknown[]);
  assertEquals(shown({ embedding: [0.5, -1] }), [["embedding", [2], [0.5, -1]], whole]);
  const person = { box, score: 0.5, landmarks: [], name: "Ada", similarity: 0.9 };
  const persons = [person, { ...person, name: null, similarity: null }];
  const faces = [boxes, ["scores", [2], [0.5, 0.5]], ["names", [2], ["Ada", ""]], whole];
  assertEquals(shown({ persons }), faces as unknown[]);
  assertEquals(shown({ persons: [] }).map(([name, dims]) => [name, dims]), [
    ["boxes", [0, 4]],
    ["scores", [0]],
    ["names", [0]],
    ["prediction", [1]],
  ]);
  assertEquals(shown({ width: 0, height: 0 }), [whole]);
});

Deno.test("classifiedPicture() names the best classes of scores", () => {
  const prediction = { ...predictionOf("any@1"), labels: LABELS };
  const best = classifiedPicture("scores", 1, prediction);
  assertEquals(best && tensorOfBytes(best.bytes, { ...best, what: "It" }).data, ["0.75:4:cat"]);
  assertEquals(classifiedPicture("labels", 1, prediction), null);
  assertEquals(classifiedPicture("scores", 1, predictionOf("any@1")), null);
});
