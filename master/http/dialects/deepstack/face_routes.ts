import { Hono } from "hono";
import { cosine } from "../../../../models/gallery/cosine.ts";
import type { GalleryThresholds } from "../../../../models/gallery/gallery_index.ts";
import { personNameSchema } from "../../../../protocol/http_api/people_api.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import type { Person, Prediction } from "../../../../protocol/messages/prediction.ts";
import { parseAs } from "../../../../protocol/schema.ts";
import { describeRequest } from "../../audited_routes.ts";
import { cornersOf } from "../corners.ts";
import type { DialectServices } from "../dialect.ts";
import { embeddingOf, FaceWork, largestFace } from "../face_work.ts";
import { type DialectForm, readDialectForm } from "../form.ts";
import { likelyPeople, likenessOf } from "../likeness.ts";
import { allNames } from "../people_names.ts";
import { minConfidence, workAnswer } from "./form_request.ts";

/** Name of everybody who is not known. */
const UNKNOWN = "unknown";
/** Fields with the pictures of a person. */
const PICTURES = /^image\d{0,3}$/;

/** Returns the routes for faces and people. */
export function faceRoutes(services: DialectServices): Hono {
  return new Hono().route("/face", lookRoutes(services)).route("/face", peopleRoutes(services));
}

function lookRoutes(services: DialectServices): Hono {
  const work = new FaceWork(services);
  const app = new Hono();
  app.post("/", async (context) => {
    const form = await readDialectForm(context, services);
    const wish = { request: context.req.raw, gallery: null, embeddings: false };
    const prediction = await work.find(form.picture("image"), wish);
    const sure = surest(prediction).filter(({ score }) => score >= minConfidence(form));
    const predictions = sure.map((person) => ({ confidence: person.score, ...boxOf(person, prediction) }));
    return context.json({ success: true, predictions, count: predictions.length, ...workAnswer(prediction) });
  });
  app.post("/recognize", async (context) => {
    const form = await readDialectForm(context, services);
    const request = context.req.raw;
    const wish = { request, gallery: work.comparedGallery(request), embeddings: false };
    const prediction = await work.find(form.picture("image"), wish);
    const thresholds = work.thresholds(work.galleryOf(request));
    const likenessMin = minConfidence(form);
    const predictions = surest(prediction).map((person) => ({
      ...nameOf(person, { thresholds, likenessMin }),
      ...boxOf(person, prediction),
    }));
    return context.json({ success: true, predictions, count: predictions.length, ...workAnswer(prediction) });
  });
  app.post("/match", async (context) => {
    const form = await readDialectForm(context, services);
    const wish = { request: context.req.raw, gallery: null, embeddings: true };
    const pictures = [form.picture("image1"), form.picture("image2")];
    const found = await Promise.all(pictures.map((picture) => work.find(picture, wish)));
    const [one, other] = found.map(({ persons }) => Float32Array.from(embeddingOf(largestFace(persons))));
    const thresholds = work.thresholds(work.galleryOf(context.req.raw));
    return context.json({ success: true, similarity: likenessOf(cosine(one, other), thresholds), code: 200 });
  });
  return app;
}

function peopleRoutes(services: DialectServices): Hono {
  const { people } = services;
  const work = new FaceWork(services);
  const app = new Hono();
  app.post("/register", async (context) => {
    const request = context.req.raw;
    const form = await readDialectForm(context, services);
    const where = { gallery: work.galleryOf(request), name: personIn(form), signal: request.signal };
    const pictures = form.pictures((name) => PICTURES.test(name));
    if (pictures.length === 0) throw new DmlError("request_invalid", "The form has no field image with a picture.");
    for (const picture of pictures) {
      const choice = { face: null, largest: false };
      await people.enrol(picture, { ...where, ...choice, source: "deepstack", dryRun: false });
    }
    describeRequest(request, { subject: `${where.gallery}/${where.name}` });
    return context.json({ success: true, message: "face added", code: 200 });
  });
  app.post("/delete", async (context) => {
    const gallery = work.galleryOf(context.req.raw);
    const name = personIn(await readDialectForm(context, services));
    await people.remove(gallery, name);
    describeRequest(context.req.raw, { subject: `${gallery}/${name}` });
    return context.json({ success: true, code: 200 });
  });
  app.post("/list", (context) => {
    const faces = allNames(people, work.galleryOf(context.req.raw));
    return context.json({ success: true, faces, code: 200 });
  });
  return app;
}

function personIn(form: DialectForm): string {
  const text = form.text("userid");
  if (text === null || text === "") throw new DmlError("request_invalid", "The form has no field userid.");
  return parseAs(personNameSchema, text, { what: "userid", code: "request_invalid" });
}

/** Returns the faces that are surely human, the surest first. */
function surest({ persons }: Prediction): Person[] {
  return persons.filter(({ doubtful }) => !doubtful).toSorted((one, other) => other.score - one.score);
}

/** Returns the name of a person who is known and like enough, else that of nobody. */
function nameOf(
  person: Person,
  { thresholds, likenessMin }: { thresholds: GalleryThresholds; likenessMin: number },
): { userid: string; confidence: number } {
  const best = person.name === null ? undefined : likelyPeople(person, thresholds).at(0);
  if (best === undefined || best.likeness < likenessMin) return { userid: UNKNOWN, confidence: 0 };
  return { userid: best.name, confidence: best.likeness };
}

function boxOf({ box }: Person, picture: Prediction) {
  const { xMin, yMin, xMax, yMax } = cornersOf(box, picture);
  return { x_min: xMin, y_min: yMin, x_max: xMax, y_max: yMax };
}
