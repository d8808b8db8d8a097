import { Hono, type MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { checkRole, requireRole } from "../../protocol/http/auth.ts";
import type { ClusterTokens, Role } from "../../protocol/security/tokens.ts";

const ANY_ROLE: Role[] = ["user", "node", "admin"];
const VERSIONED = "/v1/";

/** Routes and the roles that may use them. An admin may also use what a user may. */
export interface RoleRoutes {
  readonly roles: readonly Role[];
  readonly routes: Hono;
}

/** Groups of routes by the callers that may use them. */
export interface RolesOptions {
  /** `null` if requests need no token. */
  readonly tokens: ClusterTokens | null;
  /** Every route that needs no token, in the form `GET /v1/health`. */
  readonly open: readonly string[];
  /** Routes for other roles than the admin alone. */
  readonly claimed: readonly RoleRoutes[];
  /** All other routes, which are for the admin alone unless `open` names them. */
  readonly unclaimed: readonly Hono[];
}

/**
 * Returns an app in which every route is closed by default: a route is for the admin alone unless
 * its group is claimed for other roles or `open` names it. That also applies to routes that are
 * added to the returned app later.
 *
 * Below `/v1/` a request without a valid token gets `unauthorized` whether or not its path exists,
 * so that strangers cannot find out which routes there are. Callers with any role learn that a path
 * or a method does not exist.
 */
export function routesByRole({ tokens, open, claimed, unclaimed }: RolesOptions): Hono {
  const app = new Hono();
  for (const { roles, routes } of claimed) mountUnder(requireRole(tokens, ...roles), { app, routes });
  const closed: MiddlewareHandler = async (context, next) => {
    const route = matchedRoutes(context).find(({ handler }) => handler !== closed);
    if (route === undefined) {
      if (context.req.path.startsWith(VERSIONED)) checkRole(context.req.raw, { tokens, roles: ANY_ROLE });
    } else if (!open.includes(`${route.method} ${route.path}`)) {
      checkRole(context.req.raw, { tokens, roles: ["admin"] });
    }
    await next();
  };
  app.use(closed);
  for (const routes of unclaimed) app.route("/", routes);
  return app;
}

/**
 * Adds `routes` to `app`, each behind `guard`. The guards are derived from the routes, so there is
 * no second list in which one could be forgotten.
 */
function mountUnder(guard: MiddlewareHandler, { app, routes }: { app: Hono; routes: Hono }): void {
  for (const { method, path } of routes.routes) app.on(method, path, guard);
  app.route("/", routes);
}
