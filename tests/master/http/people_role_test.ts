/** Tests of the role `people`, which may use one gallery. */
import { Hono } from "hono";
import { peopleRoutes, type PeopleRoutesOptions } from "../../../master/http/people_routes.ts";
import { predictionRoutes, type PredictionRoutesOptions } from "../../../master/http/prediction_routes.ts";
import { ROUTE_ROLES, routesByRole } from "../../../master/http/role_routes.ts";
import { problemResponse } from "../../../protocol/http/problem.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals } from "../../assert.ts";
import { TokenWorld } from "../access/token_world.ts";

/** Galleries that predictions were asked for. */
function appOf({ store: credentials }: TokenWorld, asked: (string | null)[]): Hono {
  const people = { galleries: () => ["home", "guests"].map((name) => ({ name })) };
  const predictions = {
    check({ gallery }: { gallery: string | null }) {
      asked.push(gallery);
      throw new DmlError("no_capable_node", "The request was let through.");
    },
  };
  const app = routesByRole({
    credentials,
    roles: ROUTE_ROLES,
    routes: [
      peopleRoutes({ people, predictions, clock: SYSTEM_CLOCK, credentials } as unknown as PeopleRoutesOptions),
      predictionRoutes({ predictions, credentials } as unknown as PredictionRoutesOptions),
    ],
  });
  app.onError((error) => problemResponse(error));
  return app;
}

Deno.test("the role people sees its own gallery in the list, the admin sees all", async () => {
  const world = new TokenWorld();
  const app = appOf(world, []);
  const listed = async (token: string) => {
    const response = await app.request("/v1/galleries", { headers: { authorization: `Bearer ${token}` } });
    return (await response.json()).galleries.map(({ name }: { name: string }) => name);
  };
  const { token } = world.store.create({ role: "people", gallery: "home" });
  assertEquals(await listed(token), ["home"]);
  assertEquals(await listed(world.tokens.admin), ["home", "guests"]);
});

Deno.test("the role people predicts with its gallery or none, which is the default, and with no other", async () => {
  const world = new TokenWorld();
  const asked: (string | null)[] = [];
  const app = appOf(world, asked);
  const { token } = world.store.create({ role: "people", gallery: "home" });
  const statusOf = async (query: string, bearer = token) => {
    const headers = { authorization: `Bearer ${bearer}` };
    const response = await app.request(`/v1/predictions${query}`, { method: "POST", headers });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals([await statusOf(""), await statusOf("?gallery=home"), await statusOf("?gallery=none")], [503, 503, 503]);
  assertEquals(asked.splice(0), ["home", "home", null]);
  assertEquals([await statusOf("?gallery=guests"), await statusOf("?gallery=default")], [403, 403]);
  assertEquals(await statusOf("?crops=true"), 403);
  assertEquals(asked.splice(0), []);
  assertEquals([await statusOf("", world.tokens.user), asked], [503, ["default"]]);
});

Deno.test("the role people gets into no other gallery, however its name is written in the path", async () => {
  const world = new TokenWorld();
  const app = appOf(world, []);
  const { token } = world.store.create({ role: "people", gallery: "home" });
  for (const path of ["guests", "%67uests", "guests%2F..%2Fhome", "home%00", "HOME"]) {
    for (const [method, below] of [["GET", ""], ["GET", "/people"], ["PATCH", "/people/Ada"], ["PUT", "/thresholds"]]) {
      const headers = { authorization: `Bearer ${token}`, "content-length": "0" };
      const response = await app.request(`/v1/galleries/${path}${below}`, { method, headers });
      await response.body?.cancel();
      assertEquals(response.status, 403, `${method} ${path}${below}`);
    }
  }
});
