import { Hono } from "hono";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { accepts } from "../accepts.ts";
import { type PageFile, pageFile } from "./page_files.ts";

/**
 * Headers of every file of the page. Scripts and styles come from files of the master alone, never
 * from within the document, and no other site may show the page in a frame.
 */
const HEADERS = {
  "cache-control": "no-cache",
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; "),
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(self), microphone=(), geolocation=()",
  "referrer-policy": "no-referrer",
  "vary": "accept, accept-encoding",
  "x-content-type-options": "nosniff",
};

/**
 * Returns the routes of the page: `/` for clients that accept HTML, as browsers do, and the files
 * that it consists of. They contain nothing of the cluster, so they are open to everybody.
 */
export function pageRoutes(): Hono {
  const app = new Hono();
  app.get("/", async ({ req: { raw: request } }) => {
    const page = accepts(request, "text/html") ? pageFile("page.html") : null;
    if (page === null) throw new DmlError("not_found", "At / is a page for browsers, and nothing else.");
    return answer(request, await page);
  });
  app.get("/page/:file", async ({ req }) => {
    const file = pageFile(req.param("file"));
    if (file === null) throw new DmlError("not_found", `The page has no file ${req.path}.`);
    return answer(req.raw, await file);
  });
  return app;
}

function answer({ headers: asked }: Request, { mediaType, bytes, compressed, tag }: PageFile): Response {
  const headers = new Headers({ ...HEADERS, etag: tag, "content-type": mediaType });
  if (asked.get("if-none-match") === tag) return new Response(null, { status: 304, headers });
  const isCompressed = /\bgzip\b/.test(asked.get("accept-encoding") ?? "");
  if (isCompressed) headers.set("content-encoding", "gzip");
  return new Response(isCompressed ? compressed : bytes, { headers });
}
