import { sideMinOf } from "../../../node/engine/reduced_picture.ts";
import type { Pipeline } from "../../../models/pipelines/pipeline.ts";
import type { TaskOptions } from "../../../protocol/messages/task.ts";
import { assertEquals } from "../../assert.ts";

const ANNOTATED: TaskOptions = { annotate: true, embeddings: false, gallery: null, crops: false };

function pipelineWith(sufficientSide?: number): Pipeline {
  return { needsPicture: true, sufficientSide, recognise: unused, warmUp: unused };
}

function unused(): never {
  throw new Error("only its size is asked for");
}

Deno.test("sideMinOf() allows a smaller picture only if neither faces nor the annotated picture need more", () => {
  const pipeline = pipelineWith(2_560);
  const limited = { ...ANNOTATED, maxSide: 3_000 };
  assertEquals(sideMinOf(pipeline, ANNOTATED), Infinity);
  assertEquals(sideMinOf(pipeline, limited), 3_000);
  assertEquals(sideMinOf(pipeline, { ...limited, maxSide: 300 }), 2_560);
  assertEquals(sideMinOf(pipeline, { ...ANNOTATED, annotate: false }), 2_560);
  assertEquals(sideMinOf(pipelineWith(), limited), Infinity);
  for (const asked of [{ embeddings: true }, { crops: true }, { gallery: "staff" }, { smallFaces: true } as const]) {
    assertEquals(sideMinOf(pipeline, { ...limited, ...asked }), Infinity);
    assertEquals(sideMinOf(pipeline, { ...ANNOTATED, annotate: false, ...asked }), Infinity);
  }
});
