import { ManualClock } from "../../protocol/manual_clock.ts";
import { Hono } from "hono";
import { errorBoundary } from "../../../master/http/error_boundary.ts";
import { Refusals } from "../../../master/http/refusals.ts";
import { peopleRoutes } from "../../../master/http/people_routes.ts";
import { Uploads } from "../../../master/http/uploads/uploads.ts";
import { DEFAULT_THRESHOLDS } from "../../../models/gallery/gallery_index.ts";
import {
  changedSchema,
  enrolAnswerSchema,
  facesPageSchema,
  galleriesSchema,
  gallerySchema,
  importAnswerSchema,
  peoplePageSchema,
  personDetailSchema,
} from "../../../protocol/http_api/people_api.ts";
import { decodeVector } from "../../../protocol/http_api/people_archive.ts";
import { galleryPath, personPath } from "../../../protocol/http_api/paths.ts";
import { problemSchema } from "../../../protocol/http_api/api.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { fixedCredentials } from "../../../protocol/security/credentials.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { MasterFixture } from "../master_fixture.ts";
import { archiveOf, PeopleFixture, pictureOf, portrait } from "../people/people_fixture.ts";
import { ask } from "./http_fixture.ts";

const NAME = "Zoë O’Neill/% & co";

/** The routes for people, with a fake that finds the faces in pictures. */
class Routes extends PeopleFixture {
  readonly app: Hono;

  constructor() {
    super();
    const predictions = { reserve: () => Promise.resolve(() => {}) };
    const uploads = new Uploads({ predictions, clock: this.clock, credentials: null });
    this.app = peopleRoutes({ people: this.people, uploads, credentials: null });
    this.app.onError(
      errorBoundary(new Refusals({ log: SILENT_LOG, random: seededRandom(1), clock: new ManualClock() })),
    );
  }

  async ask(method: string, path: string, body?: Uint8Array<ArrayBuffer> | object) {
    const bytes = body === undefined || body instanceof Uint8Array
      ? body
      : new TextEncoder().encode(JSON.stringify(body));
    const headers = { "content-length": String(bytes?.length ?? 0) };
    return await this.app.request(path, { method, headers, body: bytes });
  }

  async problem(method: string, path: string, body?: Uint8Array<ArrayBuffer> | object) {
    return problemSchema.parse(await (await this.ask(method, path, body)).json());
  }
}

Deno.test("peopleRoutes() enrol a picture of a form, whose fields are parameters", async () => {
  await using routes = new Routes();
  const form = new FormData();
  form.append("image", new Blob([pictureOf({ x: 100, angle: 0 }, { x: 300, angle: 90 })]), "two.jpg");
  form.append("face", "2");
  form.append("source", "two.jpg");
  const path = personPath("staff", "Ada", "faces");
  const answer = await routes.app.request(path, { method: "POST", body: form });
  assertEquals(enrolAnswerSchema.parse(await answer.json()).person, "Ada");
  const { faces } = personDetailSchema.parse(await (await routes.ask("GET", personPath("staff", "Ada"))).json());
  assertEquals(faces.map(({ source }) => source), ["two.jpg"]);
  form.append("image", new Blob([portrait(0)]), "another.jpg");
  const two = await routes.app.request(path, { method: "POST", body: form });
  assertStringIncludes(problemSchema.parse(await two.json()).detail, "2 pictures; it may have 1");
});

Deno.test("peopleRoutes() enrol, list, show, annotate, rename, merge, reject and remove people", async () => {
  await using routes = new Routes();
  const faces = personPath("staff", NAME, "faces");
  const enrolled = enrolAnswerSchema.parse(
    await (await routes.ask("POST", `${faces}?source=a.jpg`, portrait(0))).json(),
  );
  assertEquals([enrolled.person, enrolled.inForce?.version], [NAME, 1]);
  const crowd = pictureOf({ x: 1, angle: 90 }, { x: 90, angle: 180 });
  await routes.ask("POST", `${personPath("staff", "Bob", "faces")}?face=2`, crowd);
  const { galleries } = galleriesSchema.parse(await (await routes.ask("GET", "/v1/galleries")).json());
  assertEquals(galleries.map(({ name, people, version }) => [name, people, version]), [["staff", 2, 2]]);
  const page = peoplePageSchema.parse(
    await (await routes.ask("GET", `${galleryPath("staff", "people")}?limit=1`)).json(),
  );
  assertEquals([page.people.map(({ name }) => name), page.next], [["Bob"], "Bob"]);
  const detail = async (name: string) =>
    personDetailSchema.parse(await (await routes.ask("GET", personPath("staff", name))).json());
  assertEquals((await detail(NAME)).faces.map(({ source }) => source), ["a.jpg"]);
  const rejections = `${personPath("staff", "Bob", "rejections")}?face=1`;
  assert(enrolAnswerSchema.parse(await (await routes.ask("POST", rejections, crowd)).json()).faceId !== null);
  const patch = { name: "Zoë", metadata: { badge: "7" } };
  const patched = changedSchema.parse(await (await routes.ask("PATCH", personPath("staff", NAME), patch)).json());
  assertEquals(patched.inForce.version, 4);
  await routes.ask("POST", personPath("staff", "Zoë", "merge"), { from: "Bob" });
  const merged = await detail("Zoë");
  assertEquals([merged.person.metadata, merged.person.enrolled, merged.person.rejected], [{ badge: "7" }, 2, 1]);
  const [{ faceId }] = merged.faces;
  changedSchema.parse(await (await routes.ask("DELETE", personPath("staff", "Zoë", `faces/${faceId}`))).json());
  changedSchema.parse(await (await routes.ask("DELETE", personPath("staff", "Zoë"))).json());
  assertEquals(gallerySchema.parse(await (await routes.ask("GET", galleryPath("staff"))).json()).people, 0);
  assertEquals((await routes.ask("DELETE", galleryPath("staff"))).status, 204);
  assertEquals((await routes.problem("GET", galleryPath("staff"))).code, "gallery_unknown");
});

Deno.test("peopleRoutes() export and import galleries and set thresholds", async () => {
  await using routes = new Routes();
  await routes.ask("POST", personPath("staff", "Ada", "faces"), portrait(0));
  const archive = await (await routes.ask("GET", galleryPath("staff", "export"))).bytes();
  const answer = await routes.ask("POST", galleryPath("guests", "import"), archive);
  assertEquals(importAnswerSchema.parse(await answer.json()).peopleAdded, 1);
  const thresholds = { known: 0.6, unknown: 0.4, marginMin: 0.1, eyeDistanceMin: 30, sharpnessMin: 5 };
  await routes.ask("PUT", galleryPath("guests", "thresholds"), thresholds);
  const read = async () => gallerySchema.parse(await (await routes.ask("GET", galleryPath("guests"))).json());
  assertEquals((await read()).thresholds, thresholds);
  assertEquals((await read()).thresholdsOrigin, { by: "hand", setMs: 0 });
  await routes.ask("PUT", galleryPath("guests", "thresholds"), { ...thresholds, by: "default" });
  assertEquals((await read()).thresholds, { ...thresholds, known: 0.45, unknown: 0.38 });
  assertEquals((await read()).thresholdsOrigin, { by: "default", faces: 1 });
});

Deno.test("peopleRoutes() give out every face with its embedding, page by page, and no page is too long", async () => {
  await using routes = new Routes();
  const archives = [["Ada", 200], ["Bob", 200], ["Cat", 200], ["Dan", 1]] as const;
  for (const [name, faces] of archives) {
    await routes.ask("POST", galleryPath("staff", "import"), new TextEncoder().encode(archiveOf(name, faces)));
  }
  await routes.ask("POST", personPath("staff", "Dan", "rejections"), portrait(30));
  const page = async (query: string) => {
    const answer = await routes.ask("GET", `${galleryPath("staff", "faces")}?${query}`);
    return facesPageSchema.parse(await answer.json());
  };
  const counts = ({ people }: { people: { name: string; faces: unknown[] }[] }) =>
    people.map(({ name, faces }) => [name, faces.length]);
  const first = await page("");
  assertEquals([counts(first), first.next], [[["Ada", 200], ["Bob", 200]], "Bob"]);
  const second = await page("after=Bob");
  assertEquals([counts(second), second.next], [[["Cat", 200], ["Dan", 2]], null]);
  const single = await page("after=Bob&limit=1");
  assertEquals([counts(single), single.next], [[["Cat", 200]], "Cat"]);
  const [, { faces: [own, other] }] = second.people;
  assertEquals([own.kind, own.source, other.kind], ["enrolled", "0.jpg", "rejected"]);
  assertEquals([...decodeVector(own.embedding, 2)], [1, 0]);
  assertEquals([...decodeVector(other.embedding, 2)].map((number) => number.toFixed(2)), ["0.87", "0.50"]);
  assertEquals((await routes.problem("GET", `${galleryPath("guests", "faces")}`)).code, "gallery_unknown");
});

Deno.test("peopleRoutes() refuse an invalid request and say what is wrong with it", async () => {
  await using routes = new Routes();
  const ada = personPath("staff", "Ada");
  await routes.ask("POST", `${ada}/faces`, portrait(0));
  const table: [string, string, Uint8Array<ArrayBuffer> | object | undefined, string, string][] = [
    ["GET", "/v1/galleries/No%20Name", undefined, "request_invalid", "gallery's name"],
    ["GET", personPath("staff", "\u202e"), undefined, "request_invalid", "control characters"],
    ["POST", `${ada}/faces?face=0`, portrait(0), "request_invalid", "face"],
    ["POST", `${ada}/faces?face=1&largest=true`, portrait(0), "request_invalid", "cannot be used together"],
    ["POST", `${ada}/faces?face=1&face=2`, portrait(0), "request_invalid", "more than once"],
    ["POST", `${ada}/faces?colour=red`, portrait(0), "request_invalid", "colour"],
    ["POST", `${personPath("none", "Ada")}/faces`, portrait(0), "request_invalid", "none"],
    ["PATCH", ada, { nickname: "A" }, "request_invalid", "nickname"],
    ["PATCH", ada, { metadata: { "": "A" } }, "request_invalid", "metadata"],
    ["POST", `${ada}/merge`, { from: "" }, "request_invalid", "from"],
    ["PUT", galleryPath("staff", "thresholds"), { known: 2 }, "request_invalid", "known"],
    ["PUT", galleryPath("staff", "thresholds"), { ...DEFAULT_THRESHOLDS, by: "chance" }, "request_invalid", "by"],
    ["GET", `${galleryPath("staff", "people")}?limit=0`, undefined, "request_invalid", "limit"],
    ["DELETE", `${ada}/faces/7`, undefined, "request_invalid", "face's id"],
    ["POST", galleryPath("staff", "import"), portrait(0), "archive_invalid", "Line 1"],
    ["POST", `${ada}/faces`, pictureOf(), "face_missing", "no face"],
  ];
  for (const [method, path, body, code, sentence] of table) {
    const problem = await routes.problem(method, path, body);
    assertEquals(problem.code, code, `${method} ${path}`);
    assertStringIncludes(problem.detail, sentence);
  }
});

Deno.test("peopleRoutes() are for the admin alone, because names are personal data", async () => {
  const tokens = newTokens();
  await using fixture = await MasterFixture.start({ credentials: fixedCredentials(tokens) });
  for (
    const [method, path] of [["GET", "/v1/galleries"], ["DELETE", galleryPath("staff")], ["GET", personPath("a", "b")]]
  ) {
    const status = async (token?: string) => (await ask(fixture.master, path, { method, token })).status;
    assertEquals([await status(), await status(tokens.user), await status(tokens.node)], [401, 403, 403]);
    assert(![401, 403].includes(await status(tokens.admin)));
  }
});
