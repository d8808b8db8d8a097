import { Hono } from "hono";
import { cosine } from "../../../../models/gallery/cosine.ts";
import type { Prediction } from "../../../../protocol/messages/prediction.ts";
import type { DialectServices } from "../dialect.ts";
import { embeddingOf, FaceWork } from "../face_work.ts";
import { readDialectForm } from "../form.ts";
import { likelyPeople, likenessOf } from "../likeness.ts";
import { faceAnswer, facesAsked, versionsAnswer, wantsEmbeddings } from "./face_answer.ts";
import { type CompreFaceQuery, compreFaceQuery } from "./query.ts";

/** Returns the routes that look at a picture and change nothing. */
export function pictureRoutes(services: DialectServices): Hono {
  const work = new FaceWork(services);
  const app = new Hono();
  app.post("/recognition/recognize", async (context) => {
    const query = compreFaceQuery(context.req.url);
    const form = await readDialectForm(context, services);
    const request = context.req.raw;
    const gallery = work.comparedGallery(request);
    const wish = { request, gallery, embeddings: wantsEmbeddings(query) };
    const prediction = await work.find(form.picture("file"), wish);
    const thresholds = work.thresholds(work.galleryOf(request));
    const result = facesAsked(prediction, query).map((person) => ({
      ...faceAnswer(person, prediction, query),
      subjects: likelyPeople(person, thresholds).slice(0, query.predictionCount)
        .map(({ name, likeness }) => ({ subject: name, similarity: likeness })),
    }));
    return context.json({ result, ...versionsAnswer(prediction, query) });
  });
  app.post("/detection/detect", async (context) => {
    const query = compreFaceQuery(context.req.url);
    const form = await readDialectForm(context, services);
    const wish = { request: context.req.raw, gallery: null, embeddings: wantsEmbeddings(query) };
    const prediction = await work.find(form.picture("file"), wish);
    const result = facesAsked(prediction, query).map((person) => faceAnswer(person, prediction, query));
    return context.json({ result, ...versionsAnswer(prediction, query) });
  });
  app.post("/verification/verify", async (context) => {
    const query = compreFaceQuery(context.req.url);
    const form = await readDialectForm(context, services);
    const wish = { request: context.req.raw, gallery: null, embeddings: true };
    const [source, target] = await Promise.all([
      work.find(form.picture("source_image"), wish),
      work.find(form.picture("target_image"), wish),
    ]);
    const [face] = facesAsked(source, { ...query, limit: 1 });
    const embedding = Float32Array.from(embeddingOf(face));
    const thresholds = work.thresholds(work.galleryOf(context.req.raw));
    const compared = { embedding, query, scale: (similarity: number) => likenessOf(similarity, thresholds) };
    const result = [{
      source_image_face: faceAnswer(face, source, query),
      face_matches: matchesOf(target, compared),
      ...versionsAnswer(target, query),
    }];
    return context.json({ result });
  });
  return app;
}

/** Returns the faces of a picture with their likeness to `embedding`, the likest first. */
export function matchesOf(
  picture: Prediction,
  { embedding, query, scale }: {
    embedding: Float32Array;
    query: CompreFaceQuery;
    scale: (similarity: number) => number;
  },
) {
  return facesAsked(picture, query).map((person) => ({
    ...faceAnswer(person, picture, query),
    similarity: scale(cosine(embedding, Float32Array.from(embeddingOf(person)))),
  })).toSorted((one, other) => other.similarity - one.similarity);
}
