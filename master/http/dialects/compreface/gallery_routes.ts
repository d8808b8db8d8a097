import { type Context, Hono } from "hono";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { parseAs, z } from "../../../../protocol/schema.ts";
import { chooseFace } from "../../../people/choose_face.ts";
import { describeRequest } from "../../audited_routes.ts";
import type { DialectServices } from "../dialect.ts";
import { embeddingOf, FaceWork } from "../face_work.ts";
import { jsonIn, readDialectForm } from "../form.ts";
import { likenessOf } from "../likeness.ts";
import { versionsAnswer } from "./face_answer.ts";
import { faceIdOf, imageIdOf } from "./image_id.ts";
import { matchesOf } from "./picture_routes.ts";
import { compreFaceQuery, subjectIn } from "./query.ts";
import { embeddedFace, faceEntry, faceNamed, nearestFace, pageOfFaces, removeAllFaces } from "./subject_faces.ts";
import { subjectName, Subjects } from "./subjects.ts";

/** Clients differ in the slash at the end. */
const WITH_SLASH = ["/subjects", "/subjects/"];
const IDS_MAX = 10_000;
const JSON_BYTES_MAX = 1024 * 1024;
const idsSchema = z.array(z.string().max(100)).max(IDS_MAX);
const subjectSchema = z.object({ subject: z.string().max(800) });

/** Returns the routes for the subjects and their pictures. */
export function galleryRoutes(services: DialectServices): Hono {
  return new Hono().route("/", subjectRoutes(services)).route("/", faceRoutes(services)).route(
    "/",
    savedRoutes(services),
  );
}

function subjectRoutes(services: DialectServices): Hono {
  const work = new FaceWork(services);
  const subjectsOf = (context: Context) => new Subjects(services.people, work.galleryOf(context.req.raw));
  const noteOf = (context: Context, name: string, detail?: string) =>
    describeRequest(context.req.raw, { subject: `${work.galleryOf(context.req.raw)}/${name}`, detail });
  const app = new Hono();
  app.on("GET", WITH_SLASH, (context) => context.json({ subjects: subjectsOf(context).names() }));
  app.on("POST", WITH_SLASH, async (context) => {
    const { subject } = await jsonOf(context, { schema: subjectSchema, uploads: services.uploads });
    const name = subjectName(subject);
    subjectsOf(context).add(name);
    return context.json({ subject: name }, 201);
  });
  app.on("DELETE", WITH_SLASH, async (context) => {
    const subjects = subjectsOf(context);
    const names = subjects.names();
    for (const name of names) await subjects.remove(name);
    noteOf(context, "", `${names.length} people`);
    return context.json({ deleted: names.length });
  });
  app.put("/subjects/:subject", async (context) => {
    const name = subjectName(context.req.param("subject"));
    const { subject } = await jsonOf(context, { schema: subjectSchema, uploads: services.uploads });
    const newName = subjectName(subject);
    await subjectsOf(context).rename(name, newName);
    noteOf(context, name, `now ${newName}`);
    return context.json({ updated: true });
  });
  app.delete("/subjects/:subject", async (context) => {
    const name = subjectName(context.req.param("subject"));
    await subjectsOf(context).remove(name);
    noteOf(context, name);
    return context.json({ subject: name });
  });
  return app;
}

function faceRoutes(services: DialectServices): Hono {
  const { people, uploads } = services;
  const work = new FaceWork(services);
  const app = new Hono();
  app.get("/faces", (context) => {
    const { page, size, subject } = compreFaceQuery(context.req.url);
    const asked = { from: page * size, count: size, subject };
    const { faces, total } = pageOfFaces(people, work.galleryOf(context.req.raw), asked);
    const pages = { page_number: page, page_size: size, total_pages: Math.ceil(total / size), total_elements: total };
    return context.json({ faces: faces.map(faceEntry), ...pages });
  });
  app.post("/faces", async (context) => {
    const request = context.req.raw;
    const gallery = work.galleryOf(request);
    const query = compreFaceQuery(context.req.url);
    const name = subjectName(subjectIn(query));
    const picture = (await readDialectForm(context, services)).picture("file");
    // The largest face is not taken for the wanted one: whoever enrols must not learn a bystander.
    const choice = { face: null, largest: false };
    const wish = { gallery, name, source: "compreface", signal: request.signal, dryRun: false };
    const { faceId } = await people.enrol(picture.slice(), { ...choice, ...wish });
    new Subjects(people, gallery).forget(name);
    describeRequest(request, { subject: `${gallery}/${name}` });
    const imageId = faceId === null ? await knownImage(picture, { context, gallery, name }) : imageIdOf(faceId);
    return context.json({ image_id: imageId, subject: name }, 201);
  });
  app.delete("/faces", async (context) => {
    const gallery = work.galleryOf(context.req.raw);
    const query = compreFaceQuery(context.req.url);
    const subject = query.subject === null ? null : subjectName(query.subject);
    const deleted = await removeAllFaces(people, { gallery, subject });
    describeRequest(context.req.raw, { subject: `${gallery}/${subject ?? ""}`, detail: `${deleted} faces` });
    return context.json({ deleted });
  });
  app.post("/faces/delete", async (context) => {
    const gallery = work.galleryOf(context.req.raw);
    const ids = await jsonOf(context, { schema: idsSchema, uploads });
    const faces = ids.map((id) => faceNamed(people, gallery, faceIdOf(id)));
    for (const { face: { faceId }, name } of faces) await people.removeFace(gallery, name, faceId);
    describeRequest(context.req.raw, { subject: gallery, detail: `${faces.length} faces` });
    return context.json(faces.map(faceEntry));
  });
  return app;

  /** Returns the id of the stored face that a picture repeats. */
  async function knownImage(
    picture: Uint8Array<ArrayBuffer>,
    { context, gallery, name }: { context: Context; gallery: string; name: string },
  ): Promise<string> {
    const { persons } = await work.find(picture, { request: context.req.raw, gallery: null, embeddings: true });
    const embedding = Float32Array.from(embeddingOf(chooseFace(persons, { face: null, largest: false })));
    const known = nearestFace(people, { gallery, name, embedding });
    if (known === null) throw new DmlError("face_unknown", `${name} has no such face any more.`);
    return imageIdOf(known.face.faceId);
  }
}

/** Returns the routes for one saved picture. */
function savedRoutes(services: DialectServices): Hono {
  const { people, crops } = services;
  const work = new FaceWork(services);
  const app = new Hono();
  const savedIn = (context: Context) => {
    const gallery = work.galleryOf(context.req.raw);
    return { gallery, saved: faceNamed(people, gallery, faceIdOf(context.req.param("imageId") ?? "")) };
  };
  app.delete("/faces/:imageId", async (context) => {
    const { gallery, saved } = savedIn(context);
    await people.removeFace(gallery, saved.name, saved.face.faceId);
    describeRequest(context.req.raw, { subject: `${gallery}/${saved.name}/${saved.face.faceId}` });
    return context.json(faceEntry(saved));
  });
  app.get("/faces/:imageId/img", async (context) => {
    const { face } = savedIn(context).saved;
    const headers = { "content-type": "image/jpeg", "cache-control": "no-store" };
    return new Response(await crops.read(face.crop.digest), { headers });
  });
  app.post("/faces/:imageId/verify", async (context) => {
    const { gallery, saved } = savedIn(context);
    const query = compreFaceQuery(context.req.url);
    const { embedding } = embeddedFace(people, gallery, saved);
    const form = await readDialectForm(context, services);
    const picture = await work.find(form.picture("file"), {
      request: context.req.raw,
      gallery: null,
      embeddings: true,
    });
    const thresholds = work.thresholds(gallery);
    const compared = { embedding, query, scale: (similarity: number) => likenessOf(similarity, thresholds) };
    return context.json({ result: matchesOf(picture, compared), ...versionsAnswer(picture, query) });
  });
  return app;
}

/** Returns the checked JSON body of a request. Throws `request_invalid`. */
async function jsonOf<Schema extends z.ZodType>(
  context: Context,
  { schema, uploads }: { schema: Schema; uploads: DialectServices["uploads"] },
): Promise<z.infer<Schema>> {
  const value = jsonIn(await uploads.read(context, { bytesMax: JSON_BYTES_MAX }));
  return parseAs(schema, value, { what: "The body", code: "request_invalid" });
}
