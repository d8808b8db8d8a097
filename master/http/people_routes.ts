import { type Context, Hono } from "hono";
import {
  mergeSchema,
  personNameSchema,
  personPatchSchema,
  thresholdsChangeSchema,
} from "../../protocol/http_api/people_api.ts";
import { callerOfRequest, checkGallery } from "../../protocol/http/auth.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { ARCHIVE_MEDIA_TYPE } from "../../protocol/http_api/people_archive.ts";
import type { Credentials } from "../../protocol/security/credentials.ts";
import { galleryNameSchema, idSchema, parseAs } from "../../protocol/schema.ts";
import { facePage } from "../people/face_page.ts";
import type { People } from "../people/people.ts";
import { describeRequest } from "./audited_routes.ts";
import { type QueryTexts, withFields } from "./inputs/query_values.ts";
import { readPictures } from "./inputs/read_pictures.ts";
import { jsonBody } from "./json_body.ts";
import { enrolQuery, pageQuery, rejectQuery, removalQuery } from "./people_query.ts";
import { trashRoutes } from "../people/trash/trash_routes.ts";
import type { Uploads } from "./uploads/uploads.ts";

const GALLERY = `${PATHS.galleries}/:gallery`;
const PERSON = `${GALLERY}/people/:name`;
/** Size limit of a body that is neither a picture nor an archive. */
const JSON_CHARACTERS_MAX = 128 * 1024;

/** The services behind the routes. */
export interface PeopleRoutesOptions {
  readonly people: People;
  readonly uploads: Pick<Uploads, "read">;
  /** `null` if requests need no token. */
  readonly credentials: Credentials | null;
}

/**
 * Returns the routes for galleries, the people in them, and their faces. They let a caller of the
 * role `people` into its own gallery only: each takes the gallery's name with
 * {@linkcode galleryReader}.
 */
export function peopleRoutes(options: PeopleRoutesOptions): Hono {
  const { people, credentials } = options;
  const galleryIn = galleryReader(credentials);
  const app = new Hono();
  app.get(PATHS.galleries, (context) => {
    const own = callerOfRequest(context.req.raw, credentials)?.gallery ?? null;
    return context.json({ galleries: people.galleries().filter(({ name }) => own === null || name === own) });
  });
  app.get(GALLERY, (context) => context.json(people.gallery(galleryIn(context))));
  app.delete(GALLERY, async (context) => {
    await people.removeGallery(galleryIn(context), removalQuery(context.req.queries()));
    return context.body(null, 204);
  });
  app.put(`${GALLERY}/thresholds`, async (context) => {
    const thresholds = await bodyAs(thresholdsChangeSchema, context, "The thresholds");
    return context.json({ inForce: await people.setThresholds(galleryIn(context), thresholds) });
  });
  app.get(`${GALLERY}/people`, (context) => {
    return context.json(people.people(galleryIn(context), pageQuery(context.req.queries())));
  });
  app.get(`${GALLERY}/faces`, (context) => {
    const page = pageQuery(context.req.queries());
    return context.json(facePage(people.record(galleryIn(context)), { store: people.store, ...page }));
  });
  app.route("/", personRoutes(options));
  app.route("/", archiveRoutes(options));
  app.route("/", trashRoutes(people, galleryIn));
  return app;
}

function personRoutes(options: PeopleRoutesOptions): Hono {
  const { people, credentials, uploads } = options;
  const galleryIn = galleryReader(credentials);
  const app = new Hono();
  app.get(PERSON, (context) => context.json(people.person(galleryIn(context), nameIn(context))));
  app.patch(PERSON, async (context) => {
    const patch = await bodyAs(personPatchSchema, context, "The change");
    if (patch.name !== undefined) describeRequest(context.req.raw, { detail: `now ${patch.name}` });
    return context.json({ inForce: await people.patch(galleryIn(context), nameIn(context), patch) });
  });
  app.delete(PERSON, async (context) => {
    return context.json({
      inForce: await people.remove(galleryIn(context), nameIn(context), removalQuery(context.req.queries())),
    });
  });
  app.post(`${PERSON}/merge`, async (context) => {
    const { from } = await bodyAs(mergeSchema, context, "The merge");
    describeRequest(context.req.raw, { detail: `from ${from}` });
    return context.json({ inForce: await people.merge(galleryIn(context), nameIn(context), from) });
  });
  app.post(`${PERSON}/faces`, async (context) => {
    const where = { gallery: galleryIn(context), name: nameIn(context), signal: context.req.raw.signal };
    const { picture, query } = await pictureWith(enrolQuery, { context, uploads });
    return context.json(await people.enrol(picture, { ...where, ...query }));
  });
  app.delete(`${PERSON}/faces/:faceId`, async (context) => {
    const faceId = parseAs(idSchema, context.req.param("faceId"), { what: "The face's id", code: "request_invalid" });
    const choice = removalQuery(context.req.queries());
    return context.json({ inForce: await people.removeFace(galleryIn(context), nameIn(context), faceId, choice) });
  });
  app.post(`${PERSON}/rejections`, async (context) => {
    const where = { gallery: galleryIn(context), name: nameIn(context), signal: context.req.raw.signal };
    const { picture, query } = await pictureWith(rejectQuery, { context, uploads });
    return context.json(await people.reject(picture, { ...where, ...query }));
  });
  return app;
}

/** Returns the picture of a request, and its query with the fields beside the picture. */
async function pictureWith<Query>(
  queryOf: (parameters: QueryTexts) => Query,
  { context, uploads }: { context: Context; uploads: Pick<Uploads, "read"> },
): Promise<{ picture: Uint8Array<ArrayBuffer>; query: Query }> {
  const parameters = context.req.queries();
  const query = queryOf(parameters);
  const { files: [{ bytes: picture }], fields } = await readPictures(context, { uploads, picturesMax: 1 });
  return { picture, query: fields.size === 0 ? query : queryOf(withFields(parameters, fields)) };
}

function archiveRoutes(options: PeopleRoutesOptions): Hono {
  const { people, credentials, uploads } = options;
  const galleryIn = galleryReader(credentials);
  const app = new Hono();
  app.get(`${GALLERY}/export`, (context) => {
    const lines = ReadableStream.from(people.export(galleryIn(context)));
    const headers = { "content-type": ARCHIVE_MEDIA_TYPE, "cache-control": "no-store" };
    return new Response(lines.pipeThrough(new TextEncoderStream()), { headers });
  });
  app.post(`${GALLERY}/import`, async (context) => {
    const gallery = galleryIn(context);
    const bytes = await uploads.read(context);
    const { signal } = context.req.raw;
    return context.json(await people.import(gallery, new TextDecoder().decode(bytes), { signal }));
  });
  return app;
}

/**
 * Returns a function that returns the gallery that a request names. It throws `request_invalid`, or
 * `forbidden` if the caller may use another gallery only.
 */
function galleryReader(credentials: Credentials | null): (context: Context) => string {
  return (context) => {
    const name = context.req.param("gallery");
    const gallery = parseAs(galleryNameSchema, name, { what: "The gallery's name", code: "request_invalid" });
    checkGallery(callerOfRequest(context.req.raw, credentials), gallery);
    return gallery;
  };
}

function nameIn(context: Context): string {
  const name = context.req.param("name");
  return parseAs(personNameSchema, name, { what: "The person's name", code: "request_invalid" });
}

async function bodyAs<Schema extends Parameters<typeof parseAs>[0]>(schema: Schema, context: Context, what: string) {
  const body = await jsonBody(context.req.raw, { what, charactersMax: JSON_CHARACTERS_MAX });
  return parseAs(schema, body, { what, code: "request_invalid" });
}
