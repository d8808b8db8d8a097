/** Tests of who may use the routes of the dialects, wherever the token is. */
import { RequestObserver } from "../../../../master/observe/request_observer.ts";
import type { Hono } from "hono";
import { type AppOptions, createApp } from "../../../../master/http/app.ts";
import { DIALECTS } from "../../../../master/http/dialects/registry.ts";
import { plainPortHandler, type PlainPortOptions } from "../../../../master/http/plain/plain_port.ts";
import { DIALECT_NAMES } from "../../../../protocol/http_api/dialect_names.ts";
import { parseAddressRange } from "../../../../protocol/http_api/address_range.ts";
import { problemOf } from "../../../../protocol/http/problem.ts";
import { SYSTEM_CLOCK } from "../../../../protocol/kernel/clock.ts";
import { asDmlError, DmlError } from "../../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertStringIncludes } from "../../../assert.ts";
import { TokenWorld } from "../../access/token_world.ts";

const WORLD = new TokenWorld();
const CREATED = (role: "people" | "metrics", gallery?: string) => WORLD.store.create({ role, gallery }).token;
const TOKENS = {
  nobody: null,
  stranger: `dmlu_${"0".repeat(32)}`,
  user: WORLD.tokens.user,
  people: CREATED("people", "home"),
  node: WORLD.tokens.node,
  metrics: CREATED("metrics"),
  admin: WORLD.tokens.admin,
} as const;
type Caller = keyof typeof TOKENS;
const EVERYBODY = Object.keys(TOKENS) as Caller[];
const USERS: readonly Caller[] = ["user", "people", "admin"];
const READERS: readonly Caller[] = ["user", "people", "metrics", "admin"];
const PEOPLE: readonly Caller[] = ["people", "admin"];

const RECOGNITION = "/api/v1/recognition";
const VISION = "/v1/vision";

/** Every route of the dialects, and the callers that reach its handler. */
const EXPECTED: Readonly<Record<string, readonly Caller[]>> = {
  [`POST ${RECOGNITION}/recognize`]: USERS,
  "POST /api/v1/detection/detect": USERS,
  "POST /api/v1/verification/verify": USERS,
  [`GET ${RECOGNITION}/faces`]: PEOPLE,
  [`POST ${RECOGNITION}/faces`]: PEOPLE,
  [`DELETE ${RECOGNITION}/faces`]: PEOPLE,
  [`POST ${RECOGNITION}/faces/delete`]: PEOPLE,
  [`DELETE ${RECOGNITION}/faces/:imageId`]: PEOPLE,
  [`GET ${RECOGNITION}/faces/:imageId/img`]: PEOPLE,
  [`POST ${RECOGNITION}/faces/:imageId/verify`]: PEOPLE,
  [`GET ${RECOGNITION}/subjects`]: PEOPLE,
  [`GET ${RECOGNITION}/subjects/`]: PEOPLE,
  [`POST ${RECOGNITION}/subjects`]: PEOPLE,
  [`POST ${RECOGNITION}/subjects/`]: PEOPLE,
  [`DELETE ${RECOGNITION}/subjects`]: PEOPLE,
  [`DELETE ${RECOGNITION}/subjects/`]: PEOPLE,
  [`PUT ${RECOGNITION}/subjects/:subject`]: PEOPLE,
  [`DELETE ${RECOGNITION}/subjects/:subject`]: PEOPLE,
  [`POST ${VISION}/detection`]: USERS,
  [`POST ${VISION}/custom/list`]: USERS,
  [`POST ${VISION}/custom/:model`]: USERS,
  [`POST ${VISION}/scene`]: USERS,
  [`POST ${VISION}/face`]: USERS,
  [`POST ${VISION}/face/recognize`]: USERS,
  [`POST ${VISION}/face/match`]: USERS,
  [`POST ${VISION}/face/register`]: PEOPLE,
  [`POST ${VISION}/face/list`]: PEOPLE,
  [`POST ${VISION}/face/delete`]: PEOPLE,
  "GET /v1/status/ping": EVERYBODY,
  "GET /v1/status/version": EVERYBODY,
  "GET /v1/server/status/ping": EVERYBODY,
  "GET /v1/server/status/version": EVERYBODY,
  "GET /ping": EVERYBODY,
  "POST /predict": USERS,
  "GET /v2": READERS,
  "GET /v2/": READERS,
  "GET /v2/health/live": EVERYBODY,
  "GET /v2/health/ready": EVERYBODY,
  "GET /v2/models/stats": READERS,
  ...Object.fromEntries(["", "/versions/:version"].flatMap((version) => [
    ...["", "/ready", "/config", "/stats"].map((end) => [`GET /v2/models/:model${version}${end}`, READERS] as const),
    [`POST /v2/models/:model${version}/infer`, USERS] as const,
  ])),
  "POST /v2/repository/index": READERS,
  "POST /v2/repository/models/:model/load": ["admin"],
  "POST /v2/repository/models/:model/unload": ["admin"],
};

/** Returns a service of which every use ends the request, as a sign that a handler was reached. */
function unusedService<Service>(): Service {
  const use = () => {
    throw new DmlError("gallery_unfit", "The handler was reached.");
  };
  return new Proxy(use, { get: () => unusedService() }) as Service;
}

const SERVICES = {
  clock: SYSTEM_CLOCK,
  predictions: { ...unusedService<object>(), reserve: () => Promise.resolve(() => {}) },
  people: unusedService(),
  blobs: unusedService(),
  served: unusedService(),
  observation: { requests: new RequestObserver({ clock: SYSTEM_CLOCK }) },
  audit: unusedService(),
  attempts: { refuse: (error: unknown) => error },
  refusals: { record: (error: unknown) => ({ problem: problemOf(asDmlError(error)), retryAfterMs: null }) },
  dialects: { names: DIALECT_NAMES, models: {} },
} as unknown as Omit<PlainPortOptions, "tokens" | "rules">;

function appWith(credentials: AppOptions["credentials"], dialects = SERVICES.dialects) {
  const others = {
    modelImport: unusedService(),
    tokens: unusedService(),
    fleet: unusedService(),
    master: unusedService(),
  };
  return createApp({ ...SERVICES, ...others, credentials, dialects } as unknown as AppOptions);
}

const APP = appWith(WORLD.store);

type Way = (token: string) => RequestInit & { headers: Record<string, string> };
const asBearer: Way = (token) => ({ headers: { authorization: `Bearer ${token}` } });
const asKey: Way = (token) => ({ headers: { "x-api-key": token } });
const inForm = (field: string): Way => (token) => ({
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: `${field}=${encodeURIComponent(token)}&userid=`,
});

async function statusOf(route: string, init: RequestInit): Promise<number> {
  const [method, pattern] = route.split(" ");
  const path = pattern.replace(/:imageId/, "00000000-0000-8000-8000-000000100000").replace(/:\w+/, "ada");
  const response = await APP.request(`http://192.168.1.10${path}`, { method, ...init });
  await response.body?.cancel();
  return response.status;
}

async function callersAt(route: string, way: Way): Promise<Caller[]> {
  const reached: Caller[] = [];
  for (const caller of EVERYBODY) {
    const token = TOKENS[caller];
    const status = await statusOf(route, token === null ? {} : way(token));
    if (status !== 401 && status !== 403) reached.push(caller);
    else assertEquals(status, token === null || caller === "stranger" ? 401 : 403, `${route} for ${caller}`);
  }
  return reached;
}

Deno.test("the dialects open each route to exactly the roles of the table, by either header", async () => {
  const own = new Set(appWith(WORLD.store, { names: [], models: {} }).routes.map(({ method, path }) => method + path));
  const routes = APP.routes.filter(({ method, path }) => !own.has(method + path));
  const names = [...new Set(routes.map(({ method, path }) => `${method} ${path}`))];
  assertEquals(names.toSorted(), Object.keys(EXPECTED).toSorted());
  for (const way of [asBearer, asKey]) {
    for (const [route, callers] of Object.entries(EXPECTED)) assertEquals(await callersAt(route, way), callers, route);
  }
});

Deno.test("DeepStack's clients send the token in a form; those of the other dialects may not", async () => {
  for (const field of ["api_key", "admin_key"]) {
    for (const [route, callers] of Object.entries(EXPECTED)) {
      if (!route.startsWith("POST /v1/vision/")) continue;
      assertEquals(await callersAt(route, inForm(field)), callers, `${route} by ${field}`);
    }
  }
  assertEquals(await statusOf("POST /predict", inForm("api_key")(TOKENS.admin)), 401);
  assertEquals(await statusOf(`POST ${RECOGNITION}/recognize`, inForm("api_key")(TOKENS.admin)), 401);
  assertEquals(await statusOf("POST /v1/predictions", inForm("api_key")(TOKENS.admin)), 401);
});

Deno.test("a form that is too large is not read to find its token", async () => {
  const body = new Uint8Array(17 * 1024 * 1024);
  const headers = { "content-type": "multipart/form-data; boundary=a", "content-length": `${body.length}` };
  const response = await APP.request(`http://192.168.1.10${VISION}/face`, { method: "POST", headers, body });
  assertStringIncludes((await response.json()).error, "too large to be read without a token in a header");
});

Deno.test("every route of a dialect that changes something is audited", () => {
  for (const { roles, audited } of Object.values(DIALECTS)) {
    for (const name of Object.keys(audited)) assert(Object.hasOwn(roles, name), name);
  }
  const audited = Object.assign({}, ...Object.values(DIALECTS).map(({ audited }) => audited));
  // They answer a question about a picture, or keep a bare name in memory.
  const LOOKS =
    /recognize|detect|verify|detection|custom|scene|face$|match|list|predict|infer|index|POST .*\/subjects\/?$/;
  const changing = Object.keys(EXPECTED).filter((route) => !route.startsWith("GET ") && !LOOKS.test(route));
  assertEquals(Object.keys(audited).toSorted(), changing.toSorted());
});

Deno.test("on the port without TLS an address stands for a token, and a key that is none is ignored", async () => {
  const rules = [{ range: parseAddressRange("192.168.1.0/24", { what: "--from" }), gallery: null }];
  const plain = plainPortHandler({ ...SERVICES, tokens: WORLD.store, rules });
  const own = WORLD.store.create({ role: "people", gallery: "home", plain: true }).token;
  const ask = async (path: string, headers: Record<string, string>, remote = "192.168.1.77") => {
    const response = await plain(new Request(`http://192.168.1.10:7402${path}`, { method: "POST", headers }), {
      remote,
    });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await ask("/predict", {}), 400); // the handler
  assertEquals(await ask("/predict", {}, "10.0.0.1"), 401);
  assertEquals(await ask("/v1/vision/face/recognize", { "x-api-key": "not-needed" }), 200);
  assertEquals(await ask("/v1/vision/face/recognize", { "x-api-key": "not-needed" }, "10.0.0.1"), 401);
  assertEquals(await ask("/v1/vision/face/list", {}), 403);
  assertEquals(await ask("/v1/vision/face/list", { "x-api-key": own }), 200);
  assertEquals(await ask("/v1/vision/face/list", { "x-api-key": own }, "10.0.0.1"), 200);
  assertEquals(await ask("/v1/vision/face/list", { "x-api-key": TOKENS.admin }), 401);
});

Deno.test("a browser gets the page at the root, Immich's client its own answer", async () => {
  const textFrom = async (app: Hono, accept: string) => {
    return await (await app.request("http://192.168.1.10/", { headers: { accept } })).text();
  };
  const browser = "text/html,application/xhtml+xml,*/*;q=0.8";
  const own = '{"message":"Immich ML"}';
  assertStringIncludes(await textFrom(APP, browser), "<!DOCTYPE html>");
  assertEquals(await textFrom(APP, "*/*"), own);
});
