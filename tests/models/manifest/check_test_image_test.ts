import { checkTestImage } from "../../../models/manifest/check_test_image.ts";
import { assertEquals } from "../../assert.ts";
import { personAt } from "../../user/fake_cluster_client.ts";

const LABELS = [{ label: "cat", index: 0, score: 0.9 }, { label: "dog", index: 1, score: 0.1 }];
const OBJECT = { box: { x: 0, y: 0, width: 1, height: 1 }, label: "cat", index: 0, score: 1 };

Deno.test("checkTestImage() returns no fault if every stated expectation is met", () => {
  const prediction = { persons: [personAt(1)], labels: LABELS, objects: [OBJECT] };
  assertEquals(checkTestImage(prediction, {}), null);
  assertEquals(checkTestImage(prediction, { label: "cat", persons: 1, objects: 1 }), null);
});

Deno.test("checkTestImage() states the expected and the actual value", () => {
  assertEquals(
    checkTestImage({ persons: [], labels: LABELS }, { label: "dog" }),
    "It should be dog; it is cat (0.90).",
  );
  assertEquals(checkTestImage({ persons: [] }, { label: "dog" }), "It should be dog; it is no class.");
  assertEquals(checkTestImage({ persons: [] }, { persons: 2 }), "2 persons should be found, not 0.");
  assertEquals(
    checkTestImage({ persons: [], objects: [OBJECT] }, { objects: 0 }),
    "0 objects should be found, not 1.",
  );
});
