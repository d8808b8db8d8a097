import { Hono } from "hono";
import { type AppOptions, createApp } from "../../../master/http/app.ts";
import { routesByRole } from "../../../master/http/role_routes.ts";
import { problemOf, problemResponse } from "../../../protocol/http/problem.ts";
import { asDmlError, DmlError } from "../../../protocol/kernel/errors.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { blobPath } from "../../../protocol/http_api/paths.ts";
import { type Digest, digestOf } from "../../../protocol/kernel/digest.ts";
import { assertEquals } from "../../assert.ts";
import { predictionOf } from "../core_world.ts";
import { FILE, MasterFixture, resultOf, type ScriptedNode } from "../master_fixture.ts";
import { ask } from "./http_fixture.ts";

const TOKENS = newTokens();
/** Tokens by caller; `null` for a request without one. */
const CALLERS = {
  nobody: null,
  stranger: newTokens().admin,
  user: TOKENS.user,
  node: TOKENS.node,
  admin: TOKENS.admin,
} as const;
type Caller = keyof typeof CALLERS;

const EVERYBODY: readonly Caller[] = ["nobody", "stranger", "user", "node", "admin"];
const ADMIN: readonly Caller[] = ["admin"];

/** Every route of the master, and the callers that reach its handler. */
const EXPECTED: Readonly<Record<string, readonly Caller[]>> = {
  "ALL /*": EVERYBODY, // the check itself; outside of /v1/ there is nothing behind it but "not found"
  "GET /v1/cluster": EVERYBODY,
  "GET /v1/health": EVERYBODY,
  "POST /v1/predictions": ["user", "admin"],
  "GET /v1/models": ["user", "admin"],
  "GET /blobs/:digest": ["user", "node", "admin"],
  "PUT /blobs/:digest": ["node", "admin"],
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
  "POST /v1/nodes/:nodeId/commands": ADMIN,
  "GET /v1/programs": ADMIN,
  "GET /v1/galleries": ADMIN,
  "GET /v1/galleries/:gallery": ADMIN,
  "DELETE /v1/galleries/:gallery": ADMIN,
  "PUT /v1/galleries/:gallery/thresholds": ADMIN,
  "GET /v1/galleries/:gallery/people": ADMIN,
  "GET /v1/galleries/:gallery/faces": ADMIN,
  "GET /v1/galleries/:gallery/people/:name": ADMIN,
  "PATCH /v1/galleries/:gallery/people/:name": ADMIN,
  "DELETE /v1/galleries/:gallery/people/:name": ADMIN,
  "POST /v1/galleries/:gallery/people/:name/merge": ADMIN,
  "POST /v1/galleries/:gallery/people/:name/faces": ADMIN,
  "DELETE /v1/galleries/:gallery/people/:name/faces/:faceId": ADMIN,
  "POST /v1/galleries/:gallery/people/:name/rejections": ADMIN,
  "GET /v1/galleries/:gallery/export": ADMIN,
  "POST /v1/galleries/:gallery/import": ADMIN,
};

/** Values for the parameters of paths. */
const SAMPLES: Readonly<Record<string, string>> = {
  digest: `sha256:${"0".repeat(64)}`,
  name: "faces",
  nodeId: `node_${"0".repeat(20)}`,
  gallery: "default",
  faceId: `face_${"0".repeat(20)}`,
};

/** Returns a service of which every use ends the request, as a sign that a handler was reached. */
function unusedService<Service>(): Service {
  const use = () => {
    throw new DmlError("not_found", "The handler was reached.");
  };
  return new Proxy(use, { get: () => unusedService() }) as Service;
}

function appWithoutServices(tokens: AppOptions["tokens"] = TOKENS): Hono {
  return createApp({
    ...unusedServices(),
    tokens,
    refusals: { record: (error) => ({ problem: problemOf(asDmlError(error)), retryAfterMs: null }) },
  });
}

function unusedServices(): Omit<AppOptions, "tokens" | "userPort" | "refusals"> {
  return {
    clock: unusedService(),
    predictions: unusedService(),
    people: unusedService(),
    blobs: unusedService(),
    modelImport: unusedService(),
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
  const url = `http://127.0.0.1${samplePath(pattern)}`;
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
    else assertEquals(status, caller === "nobody" || caller === "stranger" ? 401 : 403, `${name} for ${caller}`);
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
  app.all("/metrics", (context) => context.text("in"));
  assertEquals(await callersAt(app, "GET /v1/probe"), ["admin"]);
  assertEquals(await callersAt(app, "HEAD /v1/probe"), ["admin"]);
  assertEquals(await callersAt(app, "GET /metrics"), ["admin"]);
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
      const isStrange = caller === "nobody" || caller === "stranger";
      assertEquals(await statusOf(app, name, caller), isStrange ? 401 : status, `${name} for ${caller}`);
    }
  }
});

function probe(path: string): Hono {
  return new Hono().get(path, (context) => context.text("in"));
}

Deno.test("routesByRole() opens a route to the roles that claim it, and one that nobody claims to the admin", async () => {
  const app = routesByRole({
    tokens: TOKENS,
    open: ["GET /v1/open", "GET /v1/elsewhere"],
    claimed: [
      { roles: ["user"], routes: probe("/v1/users") },
      { roles: ["node"], routes: probe("/v1/nodes/only") },
    ],
    unclaimed: [probe("/v1/open"), probe("/v1/probe"), probe("/v1/:anything")],
  });
  app.onError((error) => problemResponse(error));
  assertEquals(await callersAt(app, "GET /v1/open"), [...EVERYBODY]);
  assertEquals(await callersAt(app, "GET /v1/users"), ["user", "admin"]);
  assertEquals(await callersAt(app, "GET /v1/nodes/only"), ["node"]);
  assertEquals(await callersAt(app, "GET /v1/probe"), ["admin"]);
  // The list names routes, not addresses: a pattern that matches one of them stays closed.
  assertEquals(await callersAt(app, "GET /v1/elsewhere"), ["admin"]);
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
  "an annotated picture for a user": ["user", "node", "admin"],
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
  const fixture = await MasterFixture.start({ tokens: TOKENS, durableBlobs });
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

async function put({ fixture }: Scene, text: string): Promise<{ digest: Digest; size: number }> {
  const body = bytesOf(text);
  const digest = digestOf(body);
  const { status } = await ask(fixture.master, blobPath(digest), { method: "PUT", body, token: TOKENS.node });
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
  const asked = ask(fixture.master, path, { method: "POST", body: bytesOf("a picture"), token: TOKENS[caller] });
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
async function readersOf({ fixture }: Scene, digest: Digest): Promise<Caller[]> {
  const readers: Caller[] = [];
  for (const caller of ["user", "node", "admin"] as const) {
    for (const method of ["HEAD", "GET"]) {
      const { status } = await ask(fixture.master, blobPath(digest), { method, token: TOKENS[caller] });
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
