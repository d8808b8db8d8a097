import { Hono } from "hono";
import { bearerToken } from "../../../protocol/http/auth.ts";
import { setCookie } from "../../../protocol/http/page_cookie.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";

const NO_STORE = { "cache-control": "no-store" };

/**
 * Returns the routes by which a browser signs in to the page with a token, and out again. The
 * browser keeps the token in a cookie that scripts cannot read; each request is judged by it, as by
 * a token in a header. `isSecure` is true if the browser speaks TLS.
 */
export function sessionRoutes({ isSecure }: { isSecure: boolean }): Hono {
  const app = new Hono();
  app.post(PATHS.session, ({ req: { raw: request } }) => {
    const token = bearerToken(request.headers.get("authorization"));
    if (token === null) {
      throw new DmlError("request_invalid", "A browser signs in with a token in the header Authorization.");
    }
    return answer(setCookie(request, { token, isSecure }));
  });
  app.delete(PATHS.session, ({ req: { raw: request } }) => answer(setCookie(request, { token: null, isSecure })));
  return app;
}

function answer(cookie: string): Response {
  return new Response(null, { status: 204, headers: { ...NO_STORE, "set-cookie": cookie } });
}
