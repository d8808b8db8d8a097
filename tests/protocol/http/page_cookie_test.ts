import { cookieToken, setCookie } from "../../../protocol/http/page_cookie.ts";
import { assertEquals } from "../../assert.ts";

const URL_OF_PAGE = "https://attic:7400/v1/nodes";
const SIGNED_IN = { "host": "attic:7400", "cookie": "other=1; __Host-dml-7400=dmla_secret", "dml-page": "1" };

function tokenOf(headers: Record<string, string>, method = "GET"): string | null {
  return cookieToken(new Request(URL_OF_PAGE, { method, headers }));
}

Deno.test("cookieToken() is the token of the page's requests", () => {
  assertEquals(tokenOf(SIGNED_IN), "dmla_secret");
  assertEquals(tokenOf({ ...SIGNED_IN, "sec-fetch-site": "same-origin" }), "dmla_secret");
  assertEquals(tokenOf({ ...SIGNED_IN, "sec-fetch-site": "same-origin" }, "DELETE"), "dmla_secret");
  assertEquals(tokenOf({ ...SIGNED_IN, "origin": "https://attic:7400" }, "POST"), "dmla_secret");
  assertEquals(tokenOf({ ...SIGNED_IN, "cookie": "dml-7400=dmla_secret" }), "dmla_secret");
});

Deno.test("cookieToken() is null for requests that another site makes a browser send", () => {
  const { "dml-page": _page, ...withoutHeader } = SIGNED_IN;
  const refused: [Record<string, string>, string][] = [
    [withoutHeader, "GET"],
    [{ ...withoutHeader, "sec-fetch-site": "same-origin" }, "POST"],
    [{ ...SIGNED_IN, "sec-fetch-site": "cross-site" }, "GET"],
    [{ ...SIGNED_IN, "sec-fetch-site": "same-site" }, "POST"],
    [{ ...SIGNED_IN, "sec-fetch-site": "none" }, "POST"],
    [{ ...SIGNED_IN, "origin": "https://elsewhere" }, "POST"],
    [{ ...SIGNED_IN, "origin": "https://attic:8080" }, "POST"],
    [{ ...SIGNED_IN, "origin": "null" }, "POST"],
    [{ ...SIGNED_IN, "sec-fetch-site": "same-origin", "origin": "https://elsewhere" }, "GET"],
    // Every browser names the origin or the site of a change.
    [SIGNED_IN, "POST"],
    [SIGNED_IN, "DELETE"],
  ];
  for (const [headers, method] of refused) assertEquals(tokenOf(headers, method), null, JSON.stringify(headers));
});

Deno.test("cookieToken() is null for the cookie of another master on the same host", () => {
  assertEquals(tokenOf({ ...SIGNED_IN, "cookie": "__Host-dml-7500=dmla_secret; __Host-dml=dmla_secret" }), null);
  assertEquals(tokenOf({ ...SIGNED_IN, "cookie": "__Host-dml-7400=" }), null);
  assertEquals(tokenOf({ "dml-page": "1" }), null);
});

Deno.test("setCookie() keeps the token from scripts and from other sites", () => {
  const request = new Request(URL_OF_PAGE, { headers: { host: "attic:7400" } });
  assertEquals(
    setCookie(request, { token: "dmlu_secret", isSecure: true }),
    "__Host-dml-7400=dmlu_secret; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure",
  );
  assertEquals(
    setCookie(request, { token: null, isSecure: false }),
    "dml-7400=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
  );
});
