import { DefaultTokens } from "../../../master/access/default_tokens.ts";
import { MemoryTokenRecords } from "../../../master/access/token_records.ts";
import { TokenStore } from "../../../master/access/token_store.ts";
import { type AppOptions, createApp } from "../../../master/http/app.ts";
import { RequestObserver } from "../../../master/observe/request_observer.ts";
import { plainPortHandler, type PlainPortOptions } from "../../../master/http/plain/plain_port.ts";
import type { Handler } from "../../../master/http/request_origin.ts";
import { ROUTE_ROLES } from "../../../master/http/role_routes.ts";
import { parseAddressRange } from "../../../protocol/http_api/address_range.ts";
import type { TokenRequest } from "../../../protocol/http_api/token_api.ts";
import { problemOf } from "../../../protocol/http/problem.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { asDmlError, DmlError } from "../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";

const TOKENS = newTokens();
const STORE = new TokenStore({
  records: new MemoryTokenRecords(),
  defaults: new DefaultTokens(TOKENS),
  pin: "0".repeat(26),
  clock: SYSTEM_CLOCK,
  random: seededRandom(1),
  log: SILENT_LOG,
});
const created = (request: TokenRequest) => STORE.create(request).token;

function revoked(request: TokenRequest): string {
  const { token, listing } = STORE.create(request);
  STORE.revoke(listing.name);
  return token;
}

const GALLERY = "default";
const STRANGER = "192.0.2.1";

/** Everybody who may ask: a token or none, and the address that it comes from. */
const CALLERS = {
  nobody: { token: null, remote: STRANGER },
  stranger: { token: newTokens().admin, remote: STRANGER },
  user: { token: TOKENS.user, remote: STRANGER },
  node: { token: TOKENS.node, remote: STRANGER },
  admin: { token: TOKENS.admin, remote: STRANGER },
  people: { token: created({ role: "people", gallery: GALLERY }), remote: STRANGER },
  metrics: { token: created({ role: "metrics" }), remote: STRANGER },
  "plain user": { token: created({ role: "user", plain: true }), remote: STRANGER },
  "plain people": { token: created({ role: "people", gallery: GALLERY, plain: true }), remote: STRANGER },
  "plain people elsewhere": { token: created({ role: "people", gallery: "other", plain: true }), remote: STRANGER },
  "plain revoked": { token: revoked({ role: "user", plain: true }), remote: STRANGER },
  "user by address": { token: null, remote: "192.168.1.77" },
  "people by address": { token: null, remote: "::ffff:10.0.0.5" },
  "admin from that address": { token: TOKENS.admin, remote: "10.0.0.5" },
} as const;
type Caller = keyof typeof CALLERS;
const EVERYBODY = Object.keys(CALLERS) as Caller[];

const RULES = [
  { range: parseAddressRange("192.168.1.0/24", { what: "--from" }), gallery: null },
  { range: parseAddressRange("10.0.0.5", { what: "--from" }), gallery: GALLERY },
];

/** Returns a service of which every use ends the request, as a sign that a handler was reached. */
function unusedService<Service>(): Service {
  const use = () => {
    throw new DmlError("not_found", "The handler was reached.");
  };
  return new Proxy(use, { get: () => unusedService() }) as Service;
}

const SERVICES = {
  clock: unusedService(),
  predictions: unusedService(),
  people: unusedService(),
  blobs: unusedService(),
  served: unusedService(),
  observation: { requests: new RequestObserver({ clock: SYSTEM_CLOCK }), metrics: () => "", status: unusedService() },
  audit: unusedService(),
  attempts: { refuse: (error: unknown) => error },
  refusals: { record: (error: unknown) => ({ problem: problemOf(asDmlError(error)), retryAfterMs: null }) },
} satisfies Omit<PlainPortOptions, "tokens" | "rules"> & Pick<AppOptions, "observation">;

const APP = createApp({
  ...SERVICES,
  credentials: STORE,
  modelImport: unusedService(),
  tokens: unusedService(),
  fleet: unusedService(),
  exec: unusedService(),
  files: unusedService(),
  sessions: unusedService(),
  master: unusedService(),
});
const SECURE: Handler = (request, origin) => APP.fetch(request, origin);
const PLAIN: Handler = plainPortHandler({ ...SERVICES, tokens: STORE, rules: RULES });

const SAMPLES: Readonly<Record<string, string>> = { gallery: GALLERY, digest: `sha256:${"0".repeat(64)}` };

/** Asks for a route, such as `GET /v1/health`, and returns the status and the reason of the answer. */
async function answerOf(
  handler: Handler,
  { route, caller, headers = {}, host = "192.168.1.10:7402" }: {
    route: string;
    caller: Caller;
    headers?: Record<string, string>;
    host?: string;
  },
): Promise<{ status: number; reason: string }> {
  const [method, pattern] = route.split(" ");
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => SAMPLES[name] ?? "a").replace("*", "");
  const query = pattern === "/v1/predictions" ? `?gallery=${GALLERY}` : "";
  const { token, remote } = CALLERS[caller];
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const request = new Request(`http://${host}${path}${query}`, { method, headers: { ...authorization, ...headers } });
  const response = await handler(request, { remote });
  const { status } = response;
  const text = await response.text();
  return { status, reason: text.startsWith("{") ? JSON.parse(text).detail ?? "" : "" };
}

async function statusesOf(handler: Handler, route: string): Promise<Record<Caller, number>> {
  const entries = [];
  for (const caller of EVERYBODY) entries.push([caller, (await answerOf(handler, { route, caller })).status]);
  return Object.fromEntries(entries);
}

/** Callers whom the port without TLS knows. */
const PLAIN_PEOPLE: readonly Caller[] = ["plain people", "people by address"];
const PLAIN_CALLERS: readonly Caller[] = [
  ...["plain user", "plain people elsewhere", "user by address"] as const,
  ...PLAIN_PEOPLE,
];
const ROUTES = [...new Set(APP.routes.map(({ method, path }) => `${method} ${path}`))]
  .filter((route) => !route.startsWith("ALL "));
const isPeople = (route: string) => route.includes("/galleries");

Deno.test("the port without TLS lets only its own callers in, and them only to predictions and people", async () => {
  for (const route of ROUTES) {
    const statuses = await statusesOf(PLAIN, route);
    for (const caller of EVERYBODY) {
      const mayPredict = route === "POST /v1/predictions" && caller !== "plain people elsewhere";
      const mayManage = isPeople(route) &&
        (PLAIN_PEOPLE.includes(caller) || route === "GET /v1/galleries" && caller === "plain people elsewhere");
      const isKnown = PLAIN_CALLERS.includes(caller);
      const isThere = isPeople(route) || route === "POST /v1/predictions";
      const isOutside = !route.includes(" /v1/");
      const status = statuses[caller];
      const name = `${route} for ${caller}: ${status}`;
      if (!isKnown) assertEquals(status, isOutside ? 404 : 401, name);
      else if (!isThere) assertEquals(status, 404, name);
      else if (mayPredict || mayManage) assert(status !== 401 && status !== 403, name);
      else assertEquals(status, 403, name);
    }
  }
});

Deno.test("the other port lets no caller of the port without TLS in anywhere", async () => {
  for (const route of ROUTES) {
    if (ROUTE_ROLES[route] === "open") continue;
    const statuses = await statusesOf(SECURE, route);
    const strange: Caller[] = [...PLAIN_CALLERS, "plain revoked", "nobody", "stranger"];
    for (const caller of strange) assertEquals(statuses[caller], 401, `${route} for ${caller}`);
    const isForNodes = route.startsWith("PUT /blobs") || route.includes("/file-orders/");
    assertEquals([401, 403].includes(statuses.admin), isForNodes, `${route} for the admin`);
  }
});

Deno.test("each port says why it refuses a token of the other, and never what the token is", async () => {
  const route = "POST /v1/predictions";
  for (const caller of ["user", "admin", "people", "admin from that address"] as const) {
    const { reason } = await answerOf(PLAIN, { route, caller });
    assertEquals(reason, "The token is not for the port without TLS, and has now crossed the network in the clear.");
  }
  const { reason } = await answerOf(SECURE, { route, caller: "plain user" });
  assertEquals(reason, "The token is for the port without TLS alone.");
  assert((await answerOf(PLAIN, { route, caller: "plain revoked" })).reason.includes("was revoked on"));
});

Deno.test("an address stands for a token unless a page of a browser may be behind the request", async () => {
  const asked = { route: "GET /v1/galleries/:gallery", caller: "people by address" } as const;
  const statusOf = async (more: { headers?: Record<string, string>; host?: string }) =>
    (await answerOf(PLAIN, { ...asked, ...more })).status;
  for (const host of ["192.168.1.10", "[fd00::1]:80", "dml:7402", "attic.local"]) {
    assertEquals(await statusOf({ host }), 404, host); // the handler
  }
  assertEquals(await statusOf({ host: "rebound.example.org" }), 401);
  assertEquals(await statusOf({ headers: { origin: "http://example.org" } }), 401);
});

Deno.test("TokenStore makes tokens for the port without TLS for users and people alone, without a pin", () => {
  assert(!CALLERS["plain user"].token.slice("dmlu_".length).includes("_"));
  assert(CALLERS.people.token.endsWith(`_${"0".repeat(26)}`));
  for (const role of ["admin", "node", "metrics"] as const) {
    assertThrows(() => STORE.create({ role, plain: true }), DmlError, "never accepted without TLS");
  }
});
