import { Hono } from "hono";
import { bearerToken, hasToken, presentedToken, refuseForeignPages, requireRole } from "../../../protocol/http/auth.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { problemResponse } from "../../../protocol/http/problem.ts";
import { anyCredentials, type Credentials, fixedCredentials } from "../../../protocol/security/credentials.ts";
import { type DefaultRole } from "../../../protocol/security/roles.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { assertEquals, assertThrows } from "../../assert.ts";

function appFor(credentials: Credentials | null): Hono {
  const app = new Hono();
  for (const role of ["user", "node", "admin"] as const) {
    app.all(`/${role}`, requireRole(credentials, role), (context) => context.text("in"));
  }
  app.all("/both", requireRole(credentials, "user", "node"), (context) => context.text("in"));
  return app.onError((error) => problemResponse(error));
}

async function statusOf(app: Hono, path: string, options: { headers?: HeadersInit } = {}) {
  const response = await app.request(path, options);
  await response.body?.cancel();
  return response.status;
}

Deno.test("requireRole() allows each token what its role may do, and an admin also what a user may do", async () => {
  const tokens = newTokens();
  const node = { role: "node", name: "attic", nodeId: `node_${"0".repeat(20)}` } as const;
  const session: Credentials = { identify: (secret) => secret === "session" ? node : null };
  const app = appFor(anyCredentials(session, fixedCredentials(tokens)));
  const expected: Record<DefaultRole, Record<string, number>> = {
    user: { "/user": 200, "/node": 403, "/admin": 403, "/both": 200 },
    node: { "/user": 403, "/node": 200, "/admin": 403, "/both": 200 },
    admin: { "/user": 200, "/node": 403, "/admin": 200, "/both": 200 },
  };
  for (const role of ["user", "node", "admin"] as const) {
    const headers = { authorization: `Bearer ${role === "node" ? "session" : tokens[role]}` };
    for (const [path, status] of Object.entries(expected[role])) {
      assertEquals(await statusOf(app, path, { headers }), status, `${role} at ${path}`);
      const joining = { authorization: `Bearer ${tokens.node}` };
      assertEquals(await statusOf(app, path, { headers: joining }), 403, "the token of a node opens no route");
    }
  }
});

Deno.test("requireRole() refuses a missing token, a wrong one, and one of another cluster", async () => {
  const tokens = newTokens();
  const app = appFor(fixedCredentials(tokens));
  const wrong = [
    "",
    "Bearer",
    "Bearer ",
    `Basic ${tokens.user}`,
    tokens.user,
    `Bearer ${tokens.user}x`,
    `Bearer ${tokens.user.slice(0, -1)}`,
    `Bearer ${newTokens().user}`,
  ];
  assertEquals(await statusOf(app, "/user"), 401);
  for (const authorization of wrong) {
    assertEquals(await statusOf(app, "/user", { headers: { authorization } }), 401);
  }
});

Deno.test("requireRole() without tokens allows everything to this machine", async () => {
  const app = appFor(null);
  const hosts = ["localhost", "127.0.0.1:7400", "127.8.9.10", "[::1]:7400", "LOCALHOST:80"];
  for (const host of hosts) {
    for (const path of ["/user", "/node", "/admin"]) {
      assertEquals(await statusOf(app, path, { headers: { host } }), 200, host);
      assertEquals(await statusOf(app, `http://${host}${path}`), 200, host);
    }
  }
});

Deno.test("requireRole() without tokens refuses a name that was re-bound to this machine", async () => {
  const app = appFor(null);
  const hosts = [
    "evil.example",
    "evil.example:7400",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "10.0.0.1",
    "0.0.0.0",
    "[::2]",
    "",
  ];
  for (const host of hosts) assertEquals(await statusOf(app, "/user", { headers: { host } }), 403, host);
  assertEquals(await statusOf(app, "http://evil.example/user"), 403);
});

Deno.test("requireRole() without tokens judges a host the same each time, even after many others", async () => {
  const app = appFor(null);
  for (let round = 0; round < 3; round++) {
    for (let other = 0; other < 70; other++) {
      const host = other % 2 === 0 ? `127.0.0.${other}` : `${"long.".repeat(other)}evil${other}.example`;
      assertEquals(await statusOf(app, "/user", { headers: { host } }), other % 2 === 0 ? 200 : 403, host);
    }
    assertEquals(await statusOf(app, "http://evil.example/user"), 403);
    assertEquals(await statusOf(app, "http://127.0.0.1:7400/user?http://evil.example"), 200);
  }
});

Deno.test("refuseForeignPages() is not deceived by user information in front of a host", () => {
  const names = ["localhost@evil.example", "127.0.0.1:80@evil.example", "localhost.evil.example", "evil.example:127"];
  for (const name of names) {
    for (const { url, host } of [{ url: name, host: "localhost" }, { url: "localhost", host: name }]) {
      // Not made by `new Request()`, which removes user information that a server may receive.
      const request = { url: `http://${url}/user`, headers: new Headers({ host }) };
      assertThrows(() => refuseForeignPages(request), DmlError, "not this machine");
    }
  }
});

Deno.test("requireRole() without tokens refuses pages of other sites and allows those of this machine", async () => {
  const app = appFor(null);
  const foreign = ["https://evil.example", "http://localhost.evil.example", "null", "nonsense", ""];
  for (const origin of foreign) {
    assertEquals(await statusOf(app, "/user", { headers: { origin } }), 403, origin);
  }
  for (const origin of ["http://localhost:7400", "http://127.0.0.1:7400", "http://[::1]:7400"]) {
    assertEquals(await statusOf(app, "/user", { headers: { origin } }), 200, origin);
  }
});

Deno.test("requireRole() without tokens checks the Host header that a real server receives", async () => {
  const app = appFor(null);
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
  for (const [host, status] of [["evil.example", "403"], ["localhost", "200"]]) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
    const request = `GET /user HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    const answer = await new Response(connection.readable).text();
    assertEquals(answer.split(" ")[1], status);
  }
});

Deno.test("bearerToken() reads the header of RFC 6750 in any case", () => {
  assertEquals(bearerToken("Bearer abc"), "abc");
  assertEquals(bearerToken("bearer  abc "), "abc");
  const token = `dmlu_${"7".repeat(32)}`;
  assertEquals(bearerToken(`Bearer ${token}`), token);
  assertEquals(bearerToken("Bearer a b"), null);
  assertEquals(bearerToken("Basic abc"), null);
  assertEquals(bearerToken(null), null);
});

Deno.test("presentedToken() takes a token of dml from x-api-key if there is no Authorization", () => {
  const request = (headers: HeadersInit) => new Request("http://127.0.0.1/", { headers });
  const cases: [HeadersInit, string | null, boolean][] = [
    [{ "x-api-key": "dmlu_abc" }, "dmlu_abc", true],
    [{ "x-api-key": " dmlp_abc " }, "dmlp_abc", true],
    [{ "x-api-key": "dmlu_abc", authorization: "Bearer dmla_def" }, "dmla_def", true],
    [{ "x-api-key": "dmlu_abc", authorization: "Basic abc" }, null, true],
    [{ "x-api-key": "a-key-of-another-product" }, null, false],
    [{ "x-api-key": "dmlu_abc def" }, null, false],
    [{}, null, false],
  ];
  for (const [headers, token, isThere] of cases) {
    assertEquals(
      [presentedToken(request(headers)), hasToken(request(headers))],
      [token, isThere],
      JSON.stringify(headers),
    );
  }
});
