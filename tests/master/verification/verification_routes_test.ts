import { Hono } from "hono";
import { errorBoundary } from "../../../master/http/error_boundary.ts";
import { Refusals } from "../../../master/http/refusals.ts";
import { Uploads } from "../../../master/http/uploads/uploads.ts";
import { verificationRoutes } from "../../../master/verification/verification_routes.ts";
import { problemSchema } from "../../../protocol/http_api/api.ts";
import { type Verification, verificationSchema } from "../../../protocol/http_api/verification_api.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { type Credentials } from "../../../protocol/security/credentials.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { PeopleFixture, pictureOf, portrait } from "../people/people_fixture.ts";

/** The route, with a fake that finds the faces in pictures. */
class Route extends PeopleFixture {
  #app(credentials: Credentials | null): Hono {
    const predictions = { reserve: () => Promise.resolve(() => {}) };
    const { clock, people } = this;
    const uploads = new Uploads({ predictions, clock, credentials });
    const app = verificationRoutes({ people, uploads, credentials });
    return app.onError(errorBoundary(new Refusals({ log: SILENT_LOG, random: seededRandom(1), clock })));
  }

  async ask(
    pictures: readonly Uint8Array<ArrayBuffer>[],
    { fields = {}, credentials = null, token }: {
      fields?: Record<string, string>;
      credentials?: Credentials | null;
      token?: string;
    } = {},
  ): Promise<Response> {
    const form = new FormData();
    pictures.forEach((bytes, index) => form.append(`image${index + 1}`, new Blob([bytes]), `${index}.jpg`));
    for (const [name, text] of Object.entries(fields)) form.append(name, text);
    const headers = new Headers(token === undefined ? {} : { "x-api-key": token });
    return await this.#app(credentials).request("/v1/verifications", { method: "POST", body: form, headers });
  }

  async verify(...asked: Parameters<Route["ask"]>): Promise<Verification> {
    return verificationSchema.parse(await (await this.ask(...asked)).json());
  }

  async problem(...asked: Parameters<Route["ask"]>): Promise<[string, string]> {
    const { code, detail } = problemSchema.parse(await (await this.ask(...asked)).json());
    return [code, detail];
  }

  async enrolAda(): Promise<void> {
    const where = { gallery: "staff", face: null, largest: false, source: "", dryRun: false };
    await this.people.enrol(portrait(0), { ...where, name: "Ada" });
    await this.people.enrol(portrait(30), { ...where, name: "Ada" });
  }
}

Deno.test("POST /v1/verifications says of two pictures whether they show the same person", async () => {
  await using route = new Route();
  const same = await route.verify([portrait(10), portrait(20)]);
  assertEquals([same.verdict, same.similarity, same.person], ["same", 0.9848, undefined]);
  assertEquals(same.faces.length, 2);
  const other = await route.verify([portrait(0), portrait(90)]);
  assertEquals([other.verdict, other.similarity], ["different", 0]);
  const { known, unknown } = other.thresholds;
  const between = Math.acos((known + unknown) / 2) * 180 / Math.PI;
  assertEquals((await route.verify([portrait(0), portrait(between)])).verdict, "uncertain");
});

Deno.test("POST /v1/verifications compares a picture with the nearest face of a person", async () => {
  await using route = new Route();
  await route.enrolAda();
  const fields = { gallery: "staff", person: "Ada" };
  const found = await route.verify([portrait(40)], { fields });
  assertEquals([found.verdict, found.similarity], ["same", 0.9848]);
  assertEquals(found.person, { gallery: "staff", name: "Ada", faces: 2 });
  assertEquals((await route.verify([portrait(180)], { fields })).verdict, "different");
  const thresholds = { known: 0.99, unknown: 0.3, marginMin: 0.05, eyeDistanceMin: 0, sharpnessMin: 0 };
  await route.people.setThresholds("staff", { ...thresholds, by: "hand" });
  const stricter = await route.verify([portrait(40)], { fields });
  assertEquals([stricter.verdict, stricter.thresholds], ["uncertain", { known: 0.99, unknown: 0.3 }]);
  const pair = await route.verify([portrait(0), portrait(10)], { fields: { gallery: "staff" } });
  assertEquals(pair.thresholds, { known: 0.99, unknown: 0.3 }, "the gallery's thresholds count for pictures too");
});

Deno.test("POST /v1/verifications says which picture has no face, and what is missing", async () => {
  await using route = new Route();
  await route.enrolAda();
  const [code, detail] = await route.problem([portrait(0), pictureOf()]);
  assertEquals(code, "face_missing");
  assertStringIncludes(detail, "The second picture");
  assertStringIncludes((await route.problem([portrait(0)]))[1], "one picture only");
  assertStringIncludes((await route.problem([portrait(0), portrait(1), portrait(2)]))[1], "3 pictures");
  const ada = { fields: { gallery: "staff", person: "Ada" } };
  assertStringIncludes((await route.problem([portrait(0), portrait(1)], ada))[1], "two pictures and a person");
  const nobody = { fields: { gallery: "staff", person: "Bob" } };
  assertEquals((await route.problem([portrait(0)], nobody))[0], "person_unknown");
  const nowhere = { fields: { gallery: "attic", person: "Ada" } };
  assertEquals((await route.problem([portrait(0)], nowhere))[0], "gallery_unknown");
});

Deno.test("POST /v1/verifications tells names of people to those who may list them only", async () => {
  await using route = new Route();
  await route.enrolAda();
  const callers: Record<string, ReturnType<Credentials["identify"]>> = {
    dmlu_1: { name: "u", role: "user" },
    dmlp_1: { name: "p", role: "people", gallery: "staff" },
    dmlp_2: { name: "q", role: "people", gallery: "other" },
  };
  const credentials: Credentials = { identify: (secret) => callers[secret ?? ""] ?? null };
  const asked = (token: string, fields: Record<string, string>) =>
    route.ask([portrait(0)], { fields, credentials, token });
  const statusOf = async (response: Promise<Response>) => {
    await (await response).body?.cancel();
    return (await response).status;
  };
  const ada = { gallery: "staff", person: "Ada" };
  assertEquals(await statusOf(asked("dmlu_1", ada)), 403);
  assertEquals(await statusOf(asked("dmlp_1", ada)), 200);
  assertEquals(await statusOf(asked("dmlp_1", { person: "Ada" })), 200, "its own gallery is meant");
  assertEquals(await statusOf(asked("dmlp_2", ada)), 403);
  const pair = route.ask([portrait(0), portrait(1)], { credentials, token: "dmlu_1" });
  assertEquals(await statusOf(pair), 200);
});
