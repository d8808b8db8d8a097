import { Hono } from "hono";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { openApiDocument } from "./document.ts";
import { docsPage } from "./docs_page.ts";

/**
 * Returns the routes that describe the HTTP interface, as a document and as a page. They need no
 * token, because they tell nothing of this cluster but the version of dml.
 */
export function openApiRoutes(master: { info(): { readonly version: string } }): Hono {
  let text: string | null = null;
  let page: ReturnType<typeof docsPage> | null = null;
  const documentOf = () => openApiDocument(master.info());
  const app = new Hono();
  app.get(PATHS.openApi, (context) => {
    text ??= JSON.stringify(documentOf());
    return context.body(text, 200, { "content-type": "application/json", "cache-control": "no-cache" });
  });
  app.get(PATHS.docs, (context) => {
    page ??= docsPage(documentOf());
    return context.body(page.html, 200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": page.policy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-cache",
    });
  });
  return app;
}
