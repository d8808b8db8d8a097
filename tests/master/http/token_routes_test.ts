import {
  createdTokenSchema,
  defaultTokenSchema,
  ownTokenSchema,
  tokensSchema,
} from "../../../protocol/http_api/token_api.ts";
import { type AuditEntry, auditPageSchema } from "../../../protocol/http_api/audit_api.ts";
import { defaultTokenPath, PATHS, personPath, tokenPath } from "../../../protocol/http_api/paths.ts";
import { newToken } from "../../../protocol/security/tokens.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { TokenWorld } from "../access/token_world.ts";
import { MasterFixture } from "../master_fixture.ts";
import { ask, problemIn } from "./http_fixture.ts";

/** A master whose tokens the test knows. */
class Scene extends TokenWorld implements AsyncDisposable {
  #fixture: MasterFixture | null = null;

  static async start(): Promise<Scene> {
    const scene = new Scene();
    const { store } = scene;
    scene.#fixture = await MasterFixture.start({ credentials: store, tokens: store });
    return scene;
  }

  get fixture(): MasterFixture {
    if (this.#fixture === null) throw new Error("it has not started");
    return this.#fixture;
  }

  ask(method: string, path: string, { token = this.tokens.admin, body }: { token?: string; body?: unknown } = {}) {
    return ask(this.fixture.master, path, {
      method,
      token,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async create(body: unknown, token?: string) {
    const response = await this.ask("POST", PATHS.tokens, { body, token });
    assertEquals([response.status, response.headers.get("cache-control")], [201, "no-store"]);
    return createdTokenSchema.parse(await response.json());
  }

  async entries(): Promise<AuditEntry[]> {
    return auditPageSchema.parse(await (await this.ask("GET", PATHS.audit)).json()).entries;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fixture?.[Symbol.asyncDispose]();
  }
}

Deno.test("POST /v1/tokens makes a token that works until it is revoked, in the same breath", async () => {
  await using scene = await Scene.start();
  const { token, listing } = await scene.create({ role: "user", name: "guest" });
  const status = async () => {
    const response = await scene.ask("GET", PATHS.models, { token });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals([listing.name, listing.state, await status()], ["guest", "valid", 200]);
  assertEquals((await scene.ask("DELETE", tokenPath("guest"))).status, 200);
  const problem = await problemIn(scene.ask("GET", PATHS.models, { token }));
  assertEquals(problem.code, "unauthorized");
  assertStringIncludes(problem.detail, "The token guest was revoked on");
  assertStringIncludes(problem.advice, "dml token create --role user");
});

Deno.test("GET /v1/tokens lists default and created tokens, and no secret", async () => {
  await using scene = await Scene.start();
  const { token } = await scene.create({ role: "people", gallery: "home", name: "frigate", ttlMs: 60_000 });
  const text = await (await scene.ask("GET", PATHS.tokens)).text();
  const { tokens } = tokensSchema.parse(JSON.parse(text));
  assertEquals(tokens.map(({ name }) => name), ["user", "node", "admin", "frigate"]);
  assertEquals([token, ...Object.values(scene.tokens)].filter((secret) => text.includes(secret)), []);
});

Deno.test("GET /v1/token tells every caller whose token it has, a node only in its session", async () => {
  await using scene = await Scene.start();
  const { token, listing } = await scene.create({ role: "people", gallery: "home", name: "frigate", ttlMs: 60_000 });
  const own = async (token: string) =>
    ownTokenSchema.parse(await (await scene.ask("GET", PATHS.ownToken, { token })).json());
  assertEquals(await own(token), {
    name: "frigate",
    role: "people",
    gallery: "home",
    expiresAtMs: listing.expiresAtMs,
  });
  const node = await scene.fixture.arrive(1, { token: scene.tokens.node, name: "frigate" });
  assertEquals(await own(node.sessionSecret), { name: "frigate", role: "node", gallery: null, expiresAtMs: null });
  const { code, detail } = await problemIn(scene.ask("GET", PATHS.ownToken, { token: scene.tokens.node }));
  assertEquals([code, detail], ["forbidden", "The token lets a node join, and opens nothing over HTTP."]);
});

Deno.test("the default tokens are shown and replaced; the admin's own only to its holder", async () => {
  await using scene = await Scene.start();
  const shown = async (method: string, role: string) => {
    const response = await scene.ask(method, defaultTokenPath(role));
    return defaultTokenSchema.parse(await response.json()).token;
  };
  assertEquals(await shown("GET", "node"), scene.tokens.node);
  const rotated = await shown("POST", "node") ?? "";
  assertEquals([scene.store.identify(rotated)?.role, scene.store.identify(scene.tokens.node)], ["node", null]);
  const deputy = (await scene.create({ role: "admin", name: "deputy" })).token;
  for (const method of ["GET", "POST"]) {
    const problem = await problemIn(scene.ask(method, defaultTokenPath("admin"), { token: deputy }));
    assertEquals([problem.code, problem.detail], [
      "forbidden",
      "The token deputy may not show or replace the admin's own token.",
    ]);
  }
  assertEquals(await shown("GET", "admin"), scene.tokens.admin);
  assertEquals((await problemIn(scene.ask("GET", defaultTokenPath("people")))).code, "request_invalid");
});

Deno.test("GET /v1/audit tells who did what, a caller that revokes itself included", async () => {
  await using scene = await Scene.start();
  const deputy = (await scene.create({ role: "admin", name: "deputy", ttlMs: 60_000 })).token;
  await scene.fixture.join(1, { token: scene.tokens.node, name: "attic" });
  const home = (await scene.create({ role: "people", gallery: "home", name: "frigate" }, deputy)).token;
  await problemIn(scene.ask("DELETE", personPath("home", "Ada"), { token: home })); // there is nobody: nothing was done
  await problemIn(scene.ask("DELETE", personPath("default", "Ada"), { token: home }));
  await (await scene.ask("DELETE", tokenPath("deputy"), { token: deputy })).body?.cancel();
  const entries = (await scene.entries()).map(({ actor, action, subject, detail }) => [actor, action, subject, detail]);
  const [, joined] = entries.splice(1, 1)[0].slice(2) as [string, string];
  assertStringIncludes(joined ?? "", "node_");
  assertEquals(entries, [
    ["admin", "token.create", "deputy", "admin, for 60 s"],
    ["deputy", "token.create", "frigate", "people, gallery home"],
    ["deputy", "token.revoke", "deputy", "admin"],
  ]);
});

Deno.test("the audit tells which token let in a new node, once", async () => {
  await using scene = await Scene.start();
  const { token } = await scene.create({ role: "node", name: "attic-1" });
  const node = await scene.fixture.arrive(1, { token });
  await node.close();
  await scene.fixture.pass(1_000);
  await scene.fixture.arrive(1, { token });
  const joins = (await scene.entries()).filter(({ action }) => action === "node.join");
  assertEquals(joins.map(({ actor }) => actor), ["attic-1"]);
});

Deno.test("a request with a wrong token is told what is wrong with it, in one sentence with a way out", async () => {
  await using scene = await Scene.start();
  const { admin } = scene.tokens;
  const cases: [string, string][] = [
    [admin.slice(0, -3), "The token is cut short: 29 characters follow dmla_, and a whole one has 32."],
    [`${admin.slice(0, -1)}u`, "The token was changed: it has a character that no token of dml has."],
    [newToken("admin"), "The token is not one of this cluster."],
    ["swordfish", "This is no token of dml: one begins with dmlu_, dmlp_, dmln_, dmla_ or dmlm_."],
  ];
  for (const [token, detail] of cases) {
    const problem = await problemIn(scene.ask("GET", PATHS.nodes, { token }));
    assertEquals([problem.code, problem.detail, problem.advice.includes("`dml token create`")], [
      "unauthorized",
      detail,
      true,
    ]);
  }
  const wrongRole = await problemIn(scene.ask("GET", PATHS.nodes, { token: scene.tokens.user }));
  assertEquals(wrongRole.code, "forbidden");
  assertStringIncludes(wrongRole.advice, "dml token show admin");
});
