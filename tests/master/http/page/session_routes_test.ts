import { DefaultTokens } from "../../../../master/access/default_tokens.ts";
import { MemoryTokenRecords } from "../../../../master/access/token_records.ts";
import { TokenStore } from "../../../../master/access/token_store.ts";
import { SYSTEM_CLOCK } from "../../../../protocol/kernel/clock.ts";
import { SILENT_LOG } from "../../../../protocol/kernel/log.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import { newTokens } from "../../../../protocol/security/tokens.ts";
import { assertEquals, assertStringIncludes } from "../../../assert.ts";
import { MasterFixture } from "../../master_fixture.ts";
import { ask, problemIn } from "../http_fixture.ts";

const TOKENS = newTokens();
/** Headers that a browser sends for the page of a master on its own machine. */
const PAGE = { "dml-page": "1", "sec-fetch-site": "same-origin", "origin": "http://127.0.0.1" };

function tokenStore(): TokenStore {
  return new TokenStore({
    records: new MemoryTokenRecords(),
    defaults: new DefaultTokens(TOKENS),
    clock: SYSTEM_CLOCK,
    random: seededRandom(1),
    log: SILENT_LOG,
  });
}

/** Signs in and returns the headers of the requests that follow. */
async function signIn({ master }: MasterFixture, token: string): Promise<Record<string, string>> {
  const response = await ask(master, "/v1/session", { method: "POST", token, headers: PAGE });
  assertEquals(response.status, 204);
  const cookie = response.headers.get("set-cookie") ?? "";
  assertStringIncludes(cookie, "; HttpOnly; SameSite=Strict");
  return { ...PAGE, cookie: cookie.split(";")[0] };
}

async function statusOf(answer: Promise<Response>): Promise<number> {
  const response = await answer;
  await response.body?.cancel();
  return response.status;
}

Deno.test("POST /v1/session lets a browser do what its token may, and no more", async () => {
  const credentials = tokenStore();
  await using fixture = await MasterFixture.start({ credentials, tokens: credentials });
  const admin = await signIn(fixture, TOKENS.admin);
  const user = await signIn(fixture, TOKENS.user);
  assertEquals(await statusOf(ask(fixture.master, "/v1/nodes", { headers: admin })), 200);
  assertEquals(await statusOf(ask(fixture.master, "/v1/nodes", { headers: user })), 403);
  assertEquals(await statusOf(ask(fixture.master, "/v1/models", { headers: user })), 200);
});

Deno.test("a cookie alone changes nothing: the request must come from the page", async () => {
  const credentials = tokenStore();
  await using fixture = await MasterFixture.start({ credentials, tokens: credentials });
  const { cookie } = await signIn(fixture, TOKENS.admin);
  const forged: Record<string, string>[] = [
    { cookie },
    { cookie, "dml-page": "1" },
    { cookie, "sec-fetch-site": "same-origin" },
    { cookie, "dml-page": "1", "sec-fetch-site": "cross-site" },
    { cookie, "dml-page": "1", "origin": "https://elsewhere" },
  ];
  for (const headers of forged) {
    const request = { method: "POST", headers, body: '{"role":"admin"}' };
    assertEquals(await statusOf(ask(fixture.master, "/v1/tokens", request)), 401, JSON.stringify(headers));
  }
  const request = { method: "POST", headers: { ...PAGE, cookie }, body: '{"role":"user"}' };
  assertEquals(await statusOf(ask(fixture.master, "/v1/tokens", request)), 201);
});

Deno.test("a session ends when its token is revoked, and when the browser signs out", async () => {
  const credentials = tokenStore();
  await using fixture = await MasterFixture.start({ credentials, tokens: credentials });
  const { token, listing } = credentials.create({ role: "admin" });
  const headers = await signIn(fixture, token);
  credentials.revoke(listing.name);
  assertStringIncludes((await problemIn(ask(fixture.master, "/v1/nodes", { headers }))).detail, "revoked");
  const out = await ask(fixture.master, "/v1/session", { method: "DELETE", headers });
  assertStringIncludes(out.headers.get("set-cookie") ?? "", "=; Path=/; Max-Age=0");
});

Deno.test("POST /v1/session refuses wrong tokens, those of nodes, and cookies, and counts wrong ones", async () => {
  const credentials = tokenStore();
  await using fixture = await MasterFixture.start({ credentials, tokens: credentials });
  const { master } = fixture;
  const post = (init: { token?: string; headers?: HeadersInit }) =>
    problemIn(ask(master, "/v1/session", { method: "POST", ...init }));
  assertEquals((await post({ token: newTokens().admin })).code, "unauthorized");
  assertEquals((await post({ token: TOKENS.node })).code, "forbidden");
  assertEquals((await post({})).code, "unauthorized");
  assertEquals((await post({ headers: await signIn(fixture, TOKENS.user) })).code, "request_invalid");
});
