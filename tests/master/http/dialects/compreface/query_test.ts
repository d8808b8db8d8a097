import {
  type CompreFaceQuery,
  compreFaceQuery,
  subjectIn,
} from "../../../../../master/http/dialects/compreface/query.ts";
import { DmlError } from "../../../../../protocol/kernel/errors.ts";
import { assertEquals, assertThrows } from "../../../../assert.ts";

/** Fails unless `query` has these options. */
function assertHas(query: CompreFaceQuery, expected: Partial<CompreFaceQuery>): void {
  assertEquals(query, { ...query, ...expected });
}

const URL = "http://127.0.0.1/api/v1/recognition/recognize";

Deno.test("compreFaceQuery() reads the options of a request, and has those of CompreFace for the rest", () => {
  assertEquals(compreFaceQuery(URL), {
    limit: 0,
    predictionCount: 1,
    scoreMin: 0,
    plugins: [],
    status: false,
    subject: null,
    page: 0,
    size: 20,
  });
  const search = "?limit=2&prediction_count=3&det_prob_threshold=0.8&face_plugins=age,%20gender&status=true&extra=1";
  assertHas(compreFaceQuery(URL + search), {
    limit: 2,
    predictionCount: 3,
    scoreMin: 0.8,
    plugins: ["age", "gender"],
    status: true,
  });
});

Deno.test("compreFaceQuery() forgives the question marks of CompreFace's own SDK", () => {
  assertHas(compreFaceQuery(`${URL}?subject=ada%20smith?det_prob_threshold=0.8`), {
    subject: "ada smith",
    scoreMin: 0.8,
  });
  assertHas(compreFaceQuery(`${URL}?det_prob_threshold=0.8?status=true`), { scoreMin: 0.8, status: true });
  assertEquals(subjectIn(compreFaceQuery(`${URL}?subject=who%3Fstatus`)), "who?status");
});

Deno.test("compreFaceQuery() refuses what is no number, or beyond its limit", () => {
  const wrong = [
    "limit=-1",
    "limit=x",
    "prediction_count=0",
    "det_prob_threshold=1.5",
    "det_prob_threshold=a",
    "size=0",
  ];
  for (const search of [...wrong, "size=1000000"]) {
    assertThrows(() => compreFaceQuery(`${URL}?${search}`), DmlError, "The query");
  }
  assertThrows(() => subjectIn(compreFaceQuery(URL)), DmlError, "names no subject");
});
