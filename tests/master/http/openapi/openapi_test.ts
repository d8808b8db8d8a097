import type { Hono } from "hono";
import { NO_DIALECTS } from "../../../../protocol/http_api/dialect_names.ts";
import { createApp } from "../../../../master/http/app.ts";
import type { AppOptions } from "../../../../master/http/app.ts";
import { openApiDocument, OPERATIONS } from "../../../../master/http/openapi/document.ts";
import { EXAMPLES, type SchemaName, SCHEMAS } from "../../../../master/http/openapi/schemas.ts";
import { ROUTE_ROLES } from "../../../../master/http/role_routes.ts";
import { assert, assertEquals, assertStringIncludes } from "../../../assert.ts";
import { MasterFixture } from "../../master_fixture.ts";
import { ask } from "../http_fixture.ts";

/** Returns a proxy that is the value of each of its properties: routes are only listed here. */
function unusedServices(): AppOptions {
  return new Proxy(() => {}, { get: () => unusedServices() }) as unknown as AppOptions;
}

/** Returns the app in dml's own dialect, without services. */
function ownApp(): Hono {
  return createApp(
    new Proxy({} as AppOptions, {
      get: (_, name) => name === "dialects" ? NO_DIALECTS : unusedServices(),
    }),
  );
}

Deno.test("the OpenAPI document describes every route, and no other", () => {
  const routes = ownApp().routes.filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path}`);
  assertEquals(OPERATIONS.map(({ route }) => route).toSorted(), [...new Set(routes)].toSorted());
});

Deno.test("the OpenAPI document names the roles that are in force", () => {
  const { paths } = openApiDocument({ version: "0.0.0" }) as { paths: Record<string, Record<string, never>> };
  for (const { route } of OPERATIONS) {
    const [method, path] = route.split(" ");
    const described = paths[path.replace(/:(\w+)/g, "{$1}")][method.toLowerCase()];
    const access = ROUTE_ROLES[route] ?? ["admin"];
    assertEquals(described["x-dml-roles"], access === "open" ? undefined : access, route);
  }
});

Deno.test("every example of the OpenAPI document is valid under its schema", () => {
  const names = Object.keys(EXAMPLES) as SchemaName[];
  for (const name of names) {
    const { success, error } = SCHEMAS[name].safeParse(EXAMPLES[name]);
    assert(success, `${name}: ${error?.message}`);
  }
  assert(names.length >= 8, "the common bodies have examples");
});

Deno.test("every reference in the OpenAPI document leads to a schema of it", () => {
  const document = openApiDocument({ version: "0.0.0" });
  const { schemas } = document.components as { schemas: Record<string, unknown> };
  assertEquals(Object.keys(schemas).toSorted(), Object.keys(SCHEMAS).toSorted());
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, target]) => target);
  const missing = references.filter((target) => {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(target)?.[1];
    return name === undefined || !Object.hasOwn(schemas, name);
  });
  assertEquals(missing, []);
  assert(references.length > OPERATIONS.length, "answers and problems are references");
});

Deno.test("GET /openapi.json and GET /docs answer anybody, and the page needs neither script nor network", async () => {
  await using fixture = await MasterFixture.start();
  const document = await ask(fixture.master, "/openapi.json");
  assertEquals((await document.json()).openapi, "3.1.0");
  const page = await ask(fixture.master, "/docs");
  const html = await page.text();
  assertStringIncludes(page.headers.get("content-type") ?? "", "text/html");
  const policy = page.headers.get("content-security-policy") ?? "";
  assertStringIncludes(policy, "default-src 'none'; style-src 'sha256-");
  for (const word of ["<script", "http://", "https://", " style=", " onclick"]) assert(!html.includes(word), word);
  for (const { route, summary } of OPERATIONS) {
    assertStringIncludes(html, summary, route);
  }
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? "";
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style))).toBase64();
  assertStringIncludes(policy, `'sha256-${hash}'`);
});
