import { Hono } from "hono";
import { DefaultTokens } from "../../../master/access/default_tokens.ts";
import { MemoryTokenRecords } from "../../../master/access/token_records.ts";
import { TokenStore } from "../../../master/access/token_store.ts";
import { type AppOptions, createApp } from "../../../master/http/app.ts";
import { AUDITED_ROUTES } from "../../../master/http/audited_routes.ts";
import { ROUTE_ROLES, routesByRole } from "../../../master/http/role_routes.ts";
import { problemOf, problemResponse } from "../../../protocol/http/problem.ts";
import { asDmlError, DmlError } from "../../../protocol/kernel/errors.ts";
import { NodeSessions } from "../../../master/control/node_sessions.ts";
import { anyCredentials } from "../../../protocol/security/credentials.ts";
import type { TokenRequest } from "../../../protocol/http_api/token_api.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { blobPath } from "../../../protocol/http_api/paths.ts";
import { type Digest, digestOf } from "../../../protocol/kernel/digest.ts";
import { assertEquals } from "../../assert.ts";
import { predictionOf } from "../core_world.ts";
import { FILE, MasterFixture, resultOf, type ScriptedNode } from "../master_fixture.ts";
import { ask } from "./http_fixture.ts";

const TOKENS = newTokens();
const TOKEN_STORE = new TokenStore({
  records: new MemoryTokenRecords(),
  defaults: new DefaultTokens(TOKENS),
  clock: SYSTEM_CLOCK,
  random: seededRandom(1),
  log: SILENT_LOG,
});

/** Creates a token and returns its secret. */
function created(request: TokenRequest): string {
  return TOKEN_STORE.create(request).token;
}

/** Creates an admin's token, revokes it, and returns its secret. */
function revokedAdmin(): string {
  const { token, listing } = TOKEN_STORE.create({ role: "admin" });
  TOKEN_STORE.revoke(listing.name);
  return token;
}

const SESSIONS = new NodeSessions();
const CREDENTIALS = anyCredentials(SESSIONS, TOKEN_STORE);

/** Returns the secret of a node whose connection has ended. */
function endedSession(): string {
  const secret = SESSIONS.open(1, { nodeId: `node_${"0".repeat(20)}`, name: "attic" });
  SESSIONS.close(1);
  return secret;
}

/** Secrets by caller; `null` for a request without one. */
const CALLERS = {
  nobody: null,
  stranger: newTokens().admin,
  revoked: revokedAdmin(),
  // A node that has left or was removed.
  gone: endedSession(),
  user: TOKENS.user,
  people: created({ role: "people", gallery: "default" }),
  "people of another gallery": created({ role: "people", gallery: "other" }),
  // The holders of tokens with which nodes join, without a session.
  joiner: TOKENS.node,
  "joiner once": created({ role: "node", uses: 1 }),
  node: SESSIONS.open(2, { nodeId: `node_${"0".repeat(20)}`, name: "attic" }),
  metrics: created({ role: "metrics" }),
  admin: TOKENS.admin,
} as const;
type Caller = keyof typeof CALLERS;

/** Callers who prove nothing, and so get the same answer for every path. */
const STRANGERS: readonly Caller[] = ["nobody", "stranger", "revoked", "gone"];
/** Callers with a token that lets nodes join, and opens nothing over HTTP. */
const JOINERS: readonly Caller[] = ["joiner", "joiner once"];
const KNOWN: readonly Caller[] = ["user", "people", "people of another gallery", "node", "metrics", "admin"];
const EVERYBODY = Object.keys(CALLERS) as readonly Caller[];
const ADMIN: readonly Caller[] = ["admin"];
const PEOPLE: readonly Caller[] = ["people", "admin"];

/** Every route of the master, and the callers that reach its handler. */
const EXPECTED: Readonly<Record<string, readonly Caller[]>> = {
  "ALL /*": EVERYBODY, // the check itself; outside of /v1/ there is nothing behind it but "not found"
  "GET /healthz": EVERYBODY,
  "GET /readyz": EVERYBODY,
  "GET /openapi.json": EVERYBODY,
  "GET /docs": EVERYBODY,
  "GET /v1/cluster": EVERYBODY,
  "GET /v1/health": EVERYBODY,
  "GET /v1/ca": EVERYBODY,
  "GET /v1/token": KNOWN,
  "GET /": EVERYBODY, // the page of the master
  "GET /page/:file": EVERYBODY,
  "POST /v1/session": ["user", "people", "people of another gallery", "admin"],
  "DELETE /v1/session": EVERYBODY,
  "GET /metrics": ["metrics", "admin"],
  "POST /v1/predictions": ["user", "people", "admin"],
  "POST /v1/verifications": ["user", "people", "people of another gallery", "admin"],
  "GET /v1/models": ["user", "people", "people of another gallery", "metrics", "admin"],
  "GET /blobs/:digest": ["user", "people", "people of another gallery", "node", "admin"],
  "PUT /blobs/:digest": ["node"],
  "POST /v1/models": ADMIN,
  "GET /v1/models/:name": ADMIN,
  "DELETE /v1/models/:name": ADMIN,
  "GET /v1/models/:name/rollouts": ADMIN,
  "POST /v1/models/:name/rollouts": ADMIN,
  "POST /v1/models/:name/rollback": ADMIN,
  "PUT /v1/models/:name/pin": ADMIN,
  "POST /v1/gc": ADMIN,
  "GET /v1/model-files/:digest": ADMIN,
  "PUT /v1/model-files/:digest": ADMIN,
  "GET /v1/nodes": ADMIN,
  "GET /v1/status": ADMIN,
  "POST /v1/nodes/:nodeId/commands": ADMIN,
  "POST /v1/nodes/:nodeId/exec": ADMIN, // and not without a token either, which its own tests show
  "POST /v1/nodes/:nodeId/approve": ADMIN,
  "POST /v1/nodes/:nodeId/restore": ADMIN,
  "DELETE /v1/nodes/:nodeId": ADMIN,
  "PUT /v1/nodes/:nodeId/labels": ADMIN,
  "POST /v1/nodes/:nodeId/files/list": ADMIN,
  "POST /v1/nodes/:nodeId/files/digest": ADMIN,
  "POST /v1/nodes/:nodeId/files/read": ADMIN,
  "POST /v1/nodes/:nodeId/files/plan": ADMIN,
  "POST /v1/nodes/:nodeId/files/finish": ADMIN,
  "POST /v1/nodes/:nodeId/files/remove": ADMIN,
  "POST /v1/file-pieces": ADMIN,
  "GET /v1/file-orders/:orderId": ["node"],
  "PUT /v1/file-orders/:orderId": ["node"],
  "GET /v1/requirements": ADMIN,
  "GET /v1/models/:name/explanation": ADMIN,
  "PUT /v1/requirements": ADMIN,
  "PUT /v1/models/:name/labels": ADMIN,
  "GET /v1/programs": ADMIN,
  "GET /v1/logs": ADMIN,
  "GET /v1/tokens": ADMIN,
  "POST /v1/tokens": ADMIN,
  "DELETE /v1/tokens/:token": ADMIN,
  "GET /v1/tokens/defaults/:role": ADMIN,
  "POST /v1/tokens/defaults/:role": ADMIN,
  "GET /v1/audit": ADMIN,
  "POST /v1/backup": ADMIN,
  "GET /v1/galleries": ["people", "people of another gallery", "admin"], // which tells each of its own only
  "GET /v1/galleries/:gallery": PEOPLE,
  "DELETE /v1/galleries/:gallery": PEOPLE,
  "PUT /v1/galleries/:gallery/thresholds": PEOPLE,
  "GET /v1/galleries/:gallery/people": PEOPLE,
  "GET /v1/galleries/:gallery/faces": PEOPLE,
  "GET /v1/galleries/:gallery/people/:name": PEOPLE,
  "PATCH /v1/galleries/:gallery/people/:name": PEOPLE,
  "DELETE /v1/galleries/:gallery/people/:name": PEOPLE,
  "POST /v1/galleries/:gallery/people/:name/merge": PEOPLE,
  "POST /v1/galleries/:gallery/people/:name/faces": PEOPLE,
  "DELETE /v1/galleries/:gallery/people/:name/faces/:faceId": PEOPLE,
  "GET /v1/galleries/:gallery/people/:name/faces/:faceId": PEOPLE,
  "POST /v1/galleries/:gallery/people/:name/rejections": PEOPLE,
  "GET /v1/galleries/:gallery/trash": PEOPLE,
  "DELETE /v1/galleries/:gallery/trash": PEOPLE,
  "POST /v1/galleries/:gallery/trash/:entryId/restore": PEOPLE,
  "GET /v1/galleries/:gallery/export": PEOPLE,
  "POST /v1/galleries/:gallery/import": PEOPLE,
};

/** Queries without which a request would not tell whether its caller may send it. */
const QUERIES: Readonly<Record<string, string>> = { "POST /v1/predictions": "?gallery=default" };

/** Values for the parameters of paths. */
const SAMPLES: Readonly<Record<string, string>> = {
  digest: `sha256:${"0".repeat(64)}`,
  name: "faces",
  nodeId: `node_${"0".repeat(20)}`,
  gallery: "default",
  faceId: `face_${"0".repeat(20)}`,
  token: "frigate",
  role: "user",
  file: "page.css",
  orderId: `order_${"0".repeat(20)}`,
};

/** Returns a service of which every use ends the request, as a sign that a handler was reached. */
function unusedService<Service>(): Service {
  const use = () => {
    throw new DmlError("not_found", "The handler was reached.");
  };
  return new Proxy(use, { get: () => unusedService() }) as Service;
}

function appWithoutServices(credentials: AppOptions["credentials"] = CREDENTIALS): Hono {
  return createApp({
    ...unusedServices(),
    credentials,
    refusals: { record: (error) => ({ problem: problemOf(asDmlError(error)), retryAfterMs: null }) },
  });
}

function unusedServices(): Omit<AppOptions, "credentials" | "userPort" | "refusals"> {
  return {
    clock: unusedService(),
    observation: unusedService(),
    predictions: unusedService(),
    people: unusedService(),
    blobs: unusedService(),
    modelImport: unusedService(),
    fleet: unusedService(),
    served: unusedService(),
    exec: unusedService(),
    files: unusedService(),
    sessions: SESSIONS,
    tokens: unusedService(),
    audit: unusedService(),
    attempts: { refuse: (error) => error },
    master: unusedService(),
  };
}

/** Returns the path of `pattern` with a value for each parameter. */
function samplePath(pattern: string): string {
  return pattern.replace(/:(\w+)/g, (_, name: string) => SAMPLES[name]).replace("*", "");
}

async function statusOf(app: Hono, name: string, caller: Caller): Promise<number> {
  const [method, pattern] = name.split(" ");
  const token = CALLERS[caller];
  const headers: HeadersInit = token === null ? {} : { authorization: `Bearer ${token}` };
  const url = `http://127.0.0.1${samplePath(pattern)}${QUERIES[name] ?? ""}`;
  const response = await app.request(url, { method: method === "ALL" ? "GET" : method, headers });
  await response.body?.cancel();
  return response.status;
}

/** Returns the callers that are not stopped on the way to the route `name`. */
async function callersAt(app: Hono, name: string): Promise<Caller[]> {
  const reached: Caller[] = [];
  for (const caller of EVERYBODY) {
    const status = await statusOf(app, name, caller);
    if (status !== 401 && status !== 403) reached.push(caller);
    // Only a token of this cluster gets the answer that its role is the wrong one.
    else assertEquals(status, STRANGERS.includes(caller) ? 401 : 403, `${name} for ${caller}`);
  }
  return reached;
}

Deno.test("createApp() opens every route to exactly the roles of the table", async () => {
  const app = appWithoutServices();
  const names = new Set(app.routes.map(({ method, path }) => `${method} ${path}`));
  const actual: Record<string, readonly Caller[]> = {};
  for (const name of names) actual[name] = await callersAt(app, name);
  assertEquals(actual, { ...EXPECTED });
});

Deno.test("createApp() without tokens lets this machine reach every route", async () => {
  const app = appWithoutServices(null);
  for (const name of Object.keys(EXPECTED)) assertEquals(await callersAt(app, name), [...EVERYBODY], name);
});

Deno.test("createApp() closes a route that is added later for all but the admin", async () => {
  const app = appWithoutServices();
  app.get("/v1/probe", (context) => context.text("in"));
  app.all("/later", (context) => context.text("in"));
  assertEquals(await callersAt(app, "GET /v1/probe"), ["admin"]);
  assertEquals(await callersAt(app, "HEAD /v1/probe"), ["admin"]);
  assertEquals(await callersAt(app, "GET /later"), ["admin"]);
});

Deno.test("createApp() does not tell strangers below /v1/ which paths and methods there are", async () => {
  const app = appWithoutServices();
  const cases: [string, number][] = [
    ["GET /v1/unknown", 404],
    ["DELETE /v1/nodes", 405],
    ["GET /v1/predictions", 405],
    ["PUT /v1/health", 405],
    ["OPTIONS /v1/galleries", 405],
  ];
  for (const [name, status] of cases) {
    for (const caller of EVERYBODY) {
      const expected = STRANGERS.includes(caller) ? 401 : JOINERS.includes(caller) ? 403 : status;
      assertEquals(await statusOf(app, name, caller), expected, `${name} for ${caller}`);
    }
  }
});

function probe(path: string): Hono {
  return new Hono().get(path, (context) => context.text("in"));
}

Deno.test("routesByRole() opens a route to the roles in its table, and one that is not there to the admin", async () => {
  const app = routesByRole({
    credentials: CREDENTIALS,
    roles: {
      "GET /v1/open": "open",
      "GET /v1/elsewhere": "open",
      "GET /v1/users": ["user", "admin"],
      "GET /v1/nodes/only": ["node"],
    },
    routes: ["open", "users", "nodes/only", "probe", ":anything"].map((path) => probe(`/v1/${path}`)),
  });
  app.onError((error) => problemResponse(error));
  assertEquals(await callersAt(app, "GET /v1/open"), [...EVERYBODY]);
  assertEquals(await callersAt(app, "GET /v1/users"), ["user", "admin"]);
  assertEquals(await callersAt(app, "GET /v1/nodes/only"), ["node"]);
  assertEquals(await callersAt(app, "GET /v1/probe"), ["admin"]);
  // The table names routes, not addresses: a pattern that matches one of them stays closed.
  assertEquals(await callersAt(app, "GET /v1/elsewhere"), ["admin"]);
});

Deno.test("ROUTE_ROLES and AUDITED_ROUTES name only routes that there are, and every change is audited", () => {
  const routes = new Set(appWithoutServices().routes.map(({ method, path }) => `${method} ${path}`));
  const named = [...Object.keys(ROUTE_ROLES), ...Object.keys(AUDITED_ROUTES)];
  assertEquals(named.filter((name) => !routes.has(name)), []);
  // The work of users and nodes, the pieces of a file before its model is added, questions about
  // files of nodes, what belongs to a copy of files that was planned, and what a browser keeps.
  const unaudited = [
    "POST /v1/predictions",
    "POST /v1/verifications",
    "PUT /blobs/:digest",
    "PUT /v1/model-files/:digest",
    ...["list", "digest", "finish"].map((action) => `POST /v1/nodes/:nodeId/files/${action}`),
    "POST /v1/file-pieces",
    "PUT /v1/file-orders/:orderId",
    "POST /v1/session",
    "DELETE /v1/session",
  ];
  const changing = [...routes].filter((name) => !/^(GET|ALL) /.test(name));
  assertEquals(changing.filter((name) => !Object.hasOwn(AUDITED_ROUTES, name)).toSorted(), unaudited.toSorted());
});

const bytesOf = (text: string) => new TextEncoder().encode(text);
const DURABLE = ["an enrolled crop", "an index of a gallery", "a bucket of names and embeddings"];
const NODE: readonly Caller[] = ["node"];

/** Every kind of blob at a master, and the callers with a token who may read it by its digest. */
const READERS: Readonly<Record<string, readonly Caller[]>> = {
  "a model file": NODE,
  "an enrolled crop": NODE,
  "an index of a gallery": NODE,
  "a bucket of names and embeddings": NODE,
  "an uploaded picture": NODE,
  "a result that no answer names": NODE,
  "an annotated picture for a user": ["user", "node", "admin"], // no other token of users
  "an annotated picture for the admin": ["node", "admin"],
  "a crop for the admin": ["node", "admin"],
};

interface Scene {
  readonly fixture: MasterFixture;
  readonly node: ScriptedNode;
}

/** Starts a master with tokens that has a blob of each kind of {@linkcode READERS}. */
async function masterWithBlobs(): Promise<{ scene: Scene; digests: Map<string, Digest> }> {
  const durableBlobs = new MemoryBlobStore();
  for (const text of DURABLE) await durableBlobs.put(digestOf(bytesOf(text)), bytesOf(text));
  const fixture = await MasterFixture.start({ credentials: TOKEN_STORE, durableBlobs });
  const node = await fixture.join(1, { token: TOKENS.node });
  const scene = { fixture, node };
  const digests = new Map(Object.keys(READERS).map((text) => [text, digestOf(bytesOf(text))]));
  digests.set("a model file", digestOf(FILE));
  await put(scene, "a result that no answer names");
  await predict(scene, { caller: "user", annotated: "an annotated picture for a user" });
  const crop = "a crop for the admin";
  await predict(scene, { caller: "admin", annotated: "an annotated picture for the admin", crop });
  return { scene, digests };
}

async function put({ fixture, node }: Scene, text: string): Promise<{ digest: Digest; size: number }> {
  const body = bytesOf(text);
  const digest = digestOf(body);
  const { status } = await ask(fixture.master, blobPath(digest), { method: "PUT", body, token: node.sessionSecret });
  assertEquals(status, 201);
  return { digest, size: body.length };
}

/** Runs a prediction whose answer names pictures with these texts as bytes. */
async function predict(
  scene: Scene,
  { caller, annotated, crop }: { caller: "user" | "admin"; annotated: string; crop?: string },
): Promise<void> {
  const { fixture, node } = scene;
  const path = `/v1/predictions?annotate=true${crop === undefined ? "" : "&crops=true"}`;
  const asked = ask(fixture.master, path, { method: "POST", body: bytesOf("a picture"), token: CALLERS[caller] });
  const assign = await node.next("task.assign");
  const drawn = { ...await put(scene, annotated), mediaType: "image/jpeg" };
  const landmarks = Array.from({ length: 5 }, () => ({ x: 0, y: 0 }));
  const face = { box: { x: 0, y: 0, width: 1, height: 1 }, score: 1, landmarks, name: null, similarity: null };
  const persons = crop === undefined ? [] : [{ ...face, crop: await put(scene, crop) }];
  node.send(resultOf(assign, { annotated: drawn, prediction: { ...predictionOf("faces@1"), persons } }));
  assertEquals((await asked).status, 200);
}

/**
 * Returns the callers with a token who get the blob; the others must be told that it is not there.
 */
async function readersOf({ fixture, node }: Scene, digest: Digest): Promise<Caller[]> {
  const secrets = { ...CALLERS, node: node.sessionSecret };
  const readers: Caller[] = [];
  for (const caller of ["user", "people", "node", "admin"] as const) {
    for (const method of ["HEAD", "GET"]) {
      const { status } = await ask(fixture.master, blobPath(digest), { method, token: secrets[caller] });
      assertEquals([200, 404].includes(status), true, `${method} for ${caller}: ${status}`);
      if (method === "GET" && status === 200) readers.push(caller);
    }
  }
  return readers;
}

Deno.test("GET /blobs gives a role only what its answers named; only nodes read all other blobs", async () => {
  const { scene, digests } = await masterWithBlobs();
  await using fixture = scene.fixture;
  const waiting = ask(fixture.master, "/v1/predictions", {
    method: "POST",
    body: bytesOf("an uploaded picture"),
    token: TOKENS.user,
  });
  const assign = await scene.node.next("task.assign");
  const actual: Record<string, readonly Caller[]> = {};
  for (const [kind, digest] of digests) actual[kind] = await readersOf(scene, digest);
  assertEquals(actual, { ...READERS });
  scene.node.send(resultOf(assign));
  await (await waiting).body?.cancel();
});
