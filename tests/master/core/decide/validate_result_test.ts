import { assert, assertEquals } from "../../../assert.ts";
import type { Person, Prediction } from "../../../../protocol/messages/prediction.ts";
import type { TaskOptions } from "../../../../protocol/messages/task.ts";
import { CoreWorld, facesManifest, idOf, indexOf, predictionOf } from "../../core_world.ts";

const QUALITY = { eyeDistance: 60, sharpness: 200 };
const STAFF = { name: "staff", version: 2 };
const KNOWN: Partial<Person> = { name: "Ada", similarity: 0.7, recognition: "known", quality: QUALITY };
const ASKED: Partial<TaskOptions> = { gallery: "staff" };

function person(fields: Partial<Person>): Person {
  const landmarks = [1, 2, 3, 4, 5].map((x) => ({ x, y: x }));
  const box = { x: 0, y: 0, width: 1, height: 1 };
  return { box, score: 1, landmarks, name: null, similarity: null, ...fields };
}

/** Returns true if a result with these persons is accepted for a task with these options. */
function isBelieved(
  options: Partial<TaskOptions>,
  { persons = [], gallery }: { persons?: Partial<Person>[]; gallery?: Prediction["gallery"] },
): boolean {
  const world = new CoreWorld();
  const faces = world.register(facesManifest());
  const node = world.join("node_a");
  world.publish("staff", 2);
  world.galleryReady(node, "staff", 2);
  const taskId = world.submit(faces, options);
  const prediction = { ...predictionOf("faces@1"), persons: persons.map(person), ...(gallery && { gallery }) };
  world.turn({
    type: "accept_result",
    ...node,
    message: { type: "task.result", taskId, attempt: 1, prediction, annotated: null, serviceMs: 1 },
  });
  const answer = world.answerOf(taskId);
  assert(answer === undefined || answer.ok, "a task with a rejected answer is retried");
  return answer !== undefined;
}

Deno.test("validateResult() accepts recognitions from the requested gallery, in a published version", () => {
  const uncertain: Partial<Person> = { recognition: "uncertain", candidates: [{ name: "Ada", similarity: 0.4 }] };
  const persons = [KNOWN, uncertain, { recognition: "unknown" }, {
    recognition: "poor_quality",
    quality: QUALITY,
  }] as const;
  assert(isBelieved(ASKED, { persons: [...persons], gallery: STAFF }));
  assert(isBelieved(ASKED, { persons: [...persons], gallery: { ...STAFF, version: 1 } }));
  assert(isBelieved(ASKED, { persons: [{}] }), "a node whose model cannot compare reports no gallery");
});

Deno.test("validateResult() rejects names that the gallery cannot have given", () => {
  const table: [string, Partial<TaskOptions>, Parameters<typeof isBelieved>[1]][] = [
    ["nobody was asked for", {}, { persons: [KNOWN], gallery: STAFF }],
    ["no gallery is named", ASKED, { persons: [KNOWN] }],
    ["a recognition without a gallery", ASKED, { persons: [{ recognition: "unknown" }] }],
    ["another gallery", ASKED, { persons: [KNOWN], gallery: { ...STAFF, name: "guests" } }],
    ["a version to come", ASKED, { persons: [KNOWN], gallery: { ...STAFF, version: 3 } }],
    ["a name without a recognition", ASKED, { persons: [{ name: "Ada", similarity: 0.7 }], gallery: STAFF }],
    ["a name of somebody unknown", ASKED, { persons: [{ ...KNOWN, recognition: "unknown" }], gallery: STAFF }],
    ["somebody known with no name", ASKED, { persons: [{ recognition: "known" }], gallery: STAFF }],
    ["a person who is an address", ASKED, { persons: [{ ...KNOWN, name: "10.0.0.7" }], gallery: STAFF }],
    [
      "a candidate who is a node",
      ASKED,
      {
        persons: [{ recognition: "uncertain", candidates: [{ name: idOf("node", 1), similarity: 0.4 }] }],
        gallery: STAFF,
      },
    ],
    ["candidates of somebody known", ASKED, { persons: [{ ...KNOWN, candidates: [] }], gallery: STAFF }],
  ];
  for (const [what, options, answer] of table) assertEquals(isBelieved(options, answer), false, what);
});

Deno.test("validateResult() accepts embeddings, crops and quality only if they were requested", () => {
  const crop = indexOf("a face", 1);
  const table: [Partial<Person>, Partial<TaskOptions>[]][] = [
    [{ embedding: [1] }, [{ embeddings: true }]],
    [{ crop }, [{ crops: true }]],
    [{ quality: QUALITY }, [{ embeddings: true }, { crops: true }]],
  ];
  for (const [fields, askings] of table) {
    assertEquals(isBelieved({}, { persons: [fields] }), false, JSON.stringify(fields));
    for (const options of askings) assert(isBelieved(options, { persons: [fields] }), JSON.stringify(options));
  }
});
