import { type Context, Hono } from "hono";
import { matchedRoutes } from "hono/route";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import type { Prediction } from "../../../../protocol/messages/prediction.ts";
import type { Role } from "../../../../protocol/security/roles.ts";
import { accepts } from "../../accepts.ts";
import type { Refusal } from "../../refusals.ts";
import { cornersOf } from "../corners.ts";
import type { Dialect, DialectServices } from "../dialect.ts";
import { embeddingOf, FaceWork } from "../face_work.ts";
import { readDialectForm } from "../form.ts";
import { sentenceOf } from "../sentence.ts";
import { type FaceEntry, faceEntryIn } from "./entries.ts";

const USERS: readonly Role[] = ["user", "people", "admin"];
/** Numbers in an embedding of Immich's database. */
const DIMENSIONS = 512;

/**
 * The machine learning service of Immich (machine-learning/immich_ml of immich-app/immich): faces
 * and their embeddings. Its client can send no token, so that it needs a master on loopback, or an
 * address that needs none.
 */
export const IMMICH: Dialect = {
  name: "immich",
  owns: (path) => path === "/predict" || path === "/ping",
  roles: { "GET /": "open", "GET /ping": "open", "POST /predict": USERS },
  audited: {},
  keyFields: [],
  routes,
  answerOf: immichError,
};

function routes(services: DialectServices): Hono {
  const work = new FaceWork(services);
  const app = new Hono();
  app.get("/", async (context, next) => {
    if (accepts(context.req.raw, "text/html") && hasPage(context)) return await next();
    return context.json({ message: "Immich ML" });
  });
  app.get("/ping", (context) => context.text("pong"));
  app.post("/predict", async (context: Context) => {
    const form = await readDialectForm(context, services);
    const entry = faceEntryIn(form.text("entries"));
    const embeddings = entry.wantsEmbeddings;
    const prediction = await work.find(form.picture("image"), { request: context.req.raw, gallery: null, embeddings });
    const { width: imageWidth, height: imageHeight } = prediction;
    return context.json({ "facial-recognition": facesOf(prediction, entry), imageHeight, imageWidth });
  });
  return app;
}

/** Returns true if another route serves a page for browsers at the same path. */
function hasPage(context: Context): boolean {
  return matchedRoutes(context).filter(({ method }) => method === "GET").length > 1;
}

function facesOf(prediction: Prediction, { scoreMin, wantsEmbeddings }: FaceEntry) {
  const sure = prediction.persons.filter(({ score, doubtful }) => score >= scoreMin && !doubtful);
  return sure.map((person) => {
    const { xMin: x1, yMin: y1, xMax: x2, yMax: y2 } = cornersOf(person.box, prediction);
    const embedding = wantsEmbeddings ? { embedding: vectorText(embeddingOf(person)) } : {};
    return { boundingBox: { x1, y1, x2, y2 }, ...embedding, score: person.score };
  });
}

/**
 * Returns an embedding as the text that Immich stores, with as many numbers as its database has.
 * Zeros at the end change no cosine.
 */
function vectorText(embedding: readonly number[]): string {
  if (embedding.length > DIMENSIONS) {
    throw new DmlError(
      "model_unknown",
      `The model's embeddings have ${embedding.length} numbers, more than Immich has.`,
    );
  }
  const zeros = new Array<number>(DIMENSIONS - embedding.length).fill(0);
  return JSON.stringify([...embedding, ...zeros]);
}

function immichError({ problem }: Refusal): Response {
  return Response.json({ detail: sentenceOf(problem) }, { status: problem.status });
}
