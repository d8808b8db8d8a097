import { noteFacts, ownerOf } from "../../../observe/request_facts.ts";
import { Hono } from "hono";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import type { Prediction } from "../../../../protocol/messages/prediction.ts";
import { cornersOf } from "../corners.ts";
import type { DialectServices } from "../dialect.ts";
import { type DialectForm, readDialectForm } from "../form.ts";
import { minConfidence, workAnswer } from "./form_request.ts";

/** Label of a face, for a model that finds those instead of objects. */
const FACE_LABEL = "face";

/** Returns the routes for objects and scenes. */
export function objectRoutes(services: DialectServices): Hono {
  const { predictions } = services;
  const app = new Hono();
  const predict = async (form: DialectForm, { model, request }: { model: string; request: Request }) => {
    const options = { annotate: false, embeddings: false, crops: false, gallery: null };
    const checked = predictions.check({ model, ...options });
    const image = form.picture("image");
    noteFacts(request, { model, gallery: null, bytes: image.length });
    const asked = { ...checked, owner: ownerOf(request) };
    return (await predictions.run(image, asked, request.signal)).prediction;
  };
  app.post("/detection", async (context) => {
    const form = await readDialectForm(context, services);
    const model = services.model ?? onlyModel(services, { pipeline: "detect", does: "finds objects" });
    const prediction = await predict(form, { model, request: context.req.raw });
    return context.json(detectionAnswer(prediction, minConfidence(form)));
  });
  app.post("/custom/list", (context) => context.json({ success: true, models: services.modelsOf("detect") }));
  app.post("/custom/:model", async (context) => {
    const form = await readDialectForm(context, services);
    const prediction = await predict(form, { model: context.req.param("model"), request: context.req.raw });
    return context.json(detectionAnswer(prediction, minConfidence(form)));
  });
  app.post("/scene", async (context) => {
    const form = await readDialectForm(context, services);
    const model = onlyModel(services, { pipeline: "classify", does: "classifies pictures" });
    const prediction = await predict(form, { model, request: context.req.raw });
    const [best] = prediction.labels ?? [];
    if (best === undefined) throw new DmlError("engine_failed", `${model} named no class.`);
    return context.json({ success: true, label: best.label, confidence: best.score, ...workAnswer(prediction) });
  });
  return app;
}

/** Returns the name of the only model with this pipeline. Throws `model_unknown`. */
function onlyModel(
  { modelsOf }: Pick<DialectServices, "modelsOf">,
  { pipeline, does }: { pipeline: "detect" | "classify"; does: string },
): string {
  const names = modelsOf(pipeline);
  if (names.length === 1) return names[0];
  if (names.length === 0) {
    throw new DmlError("model_unknown", `This master has no model that ${does}.`, {
      advice: "Add one with `dml models add`.",
    });
  }
  throw new DmlError("model_unknown", `Several models here are of the kind that ${does}: ${names.join(", ")}.`, {
    advice: pipeline === "detect"
      ? `Choose with \`dml serve --dialect-model deepstack=${names[0]}\`, or ask for /v1/vision/custom/${names[0]}.`
      : "Leave one of them.",
  });
}

/** Returns the objects, the surest first, with whole pixels. */
function detectionAnswer(prediction: Prediction, scoreMin: number) {
  const faces = prediction.persons.map(({ box, score }) => ({ box, score, label: FACE_LABEL }));
  const found = [...prediction.objects ?? [], ...faces]
    .filter(({ score }) => score >= scoreMin)
    .toSorted((one, other) => other.score - one.score);
  const predictions = found.map(({ box, label, score }) => {
    const { xMin, yMin, xMax, yMax } = cornersOf(box, prediction);
    return { label, confidence: score, x_min: xMin, y_min: yMin, x_max: xMax, y_max: yMax };
  });
  const labels = [...new Set(found.map(({ label }) => label))];
  const message = labels.length === 0 ? "No objects found" : `Found ${labels.join(", ")}`;
  return { success: true, predictions, count: predictions.length, message, ...workAnswer(prediction) };
}
