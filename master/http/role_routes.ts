import { type Context, Hono, type MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { callerOfRequest, checkGallery, checkRole } from "../../protocol/http/auth.ts";
import type { Credentials } from "../../protocol/security/credentials.ts";
import { type Role, ROLES } from "../../protocol/security/roles.ts";
import { noteFacts, shareFacts } from "../observe/request_facts.ts";
import { THIS_MACHINE } from "../host/audit.ts";
import { parametersIn } from "./path_parameters.ts";
import { remoteOf } from "./request_origin.ts";

const VERSIONED = "/v1/";
const ANY: readonly Role[] = ROLES;
const ADMIN: readonly Role[] = ["admin"];
/** Roles for the people of a gallery; a caller of the role `people` gets into its own gallery only. */
const PEOPLE: readonly Role[] = ["people", "admin"];
const GALLERY = "/v1/galleries/:gallery";

/** Roles that may use a route; `open` for everybody, because a host asks before it has a token. */
export type Access = "open" | readonly Role[];

/** Every route of the master that is not for the admin alone, and who may use it. */
export const ROUTE_ROLES: Readonly<Record<string, Access>> = {
  "GET /healthz": "open",
  "GET /readyz": "open",
  "GET /openapi.json": "open",
  "GET /docs": "open",
  "GET /v1/cluster": "open",
  "GET /v1/health": "open",
  "GET /v1/ca": "open",
  "GET /v1/token": ANY,
  "GET /": "open",
  "GET /page/:file": "open",
  "POST /v1/session": ["user", "people", "admin"],
  "DELETE /v1/session": "open",
  "GET /metrics": ["metrics", "admin"],
  "POST /v1/predictions": ["user", "people", "admin"],
  "POST /v1/verifications": ["user", "people", "admin"],
  "GET /v1/models": ["user", "people", "metrics", "admin"],
  "GET /blobs/:digest": ["user", "people", "node", "admin"],
  "PUT /blobs/:digest": ["node"],
  "GET /v1/file-orders/:orderId": ["node"],
  "PUT /v1/file-orders/:orderId": ["node"],
  "GET /v1/galleries": PEOPLE,
  [`GET ${GALLERY}`]: PEOPLE,
  [`DELETE ${GALLERY}`]: PEOPLE,
  [`PUT ${GALLERY}/thresholds`]: PEOPLE,
  [`GET ${GALLERY}/people`]: PEOPLE,
  [`GET ${GALLERY}/faces`]: PEOPLE,
  [`GET ${GALLERY}/export`]: PEOPLE,
  [`POST ${GALLERY}/import`]: PEOPLE,
  [`GET ${GALLERY}/people/:name`]: PEOPLE,
  [`PATCH ${GALLERY}/people/:name`]: PEOPLE,
  [`DELETE ${GALLERY}/people/:name`]: PEOPLE,
  [`POST ${GALLERY}/people/:name/merge`]: PEOPLE,
  [`POST ${GALLERY}/people/:name/faces`]: PEOPLE,
  [`DELETE ${GALLERY}/people/:name/faces/:faceId`]: PEOPLE,
  [`GET ${GALLERY}/people/:name/faces/:faceId`]: PEOPLE,
  [`POST ${GALLERY}/people/:name/rejections`]: PEOPLE,
  [`GET ${GALLERY}/trash`]: PEOPLE,
  [`DELETE ${GALLERY}/trash`]: PEOPLE,
  [`POST ${GALLERY}/trash/:entryId/restore`]: PEOPLE,
};

/** Routes, and the callers that may use them. */
export interface RolesOptions {
  /** `null` if requests need no token. */
  readonly credentials: Credentials | null;
  /** Roles by route, in the form `GET /v1/health`; a route that is absent is for the admin alone. */
  readonly roles: Readonly<Record<string, Access>>;
  readonly routes: readonly Hono[];
  /** Called with each request before it is checked; may replace it. Returns what to wait for, if anything. */
  readonly onArrived?: (context: Context) => Promise<void> | null;
  /** Turns the refusal of a request into the error to throw. */
  readonly onRefused?: (error: unknown, refused: { request: Request; remote: string | null }) => unknown;
  /** Called with each request that may pass; returns what to call with its answer. */
  readonly onPassed?: (route: string, request: Request) => ((answer: Response) => void) | null;
}

/**
 * Returns an app in which every route is closed by default: a route is for the admin alone unless
 * the table says otherwise. That also applies to routes that are added to the returned app later.
 *
 * Below `/v1/` a request without a valid token gets `unauthorized` whether or not its path exists,
 * so that strangers cannot find out which routes there are. Callers with any role learn that a path
 * or a method does not exist.
 */
export function routesByRole({ credentials, roles, routes, onArrived, onRefused, onPassed }: RolesOptions): Hono {
  const app = new Hono();
  const closed: MiddlewareHandler = async (context, next) => {
    const { raw: arrived } = context.req;
    const arriving = onArrived?.(context) ?? null;
    if (arriving !== null) await arriving;
    const { raw: request, path } = context.req;
    if (request !== arrived) shareFacts(arrived, request);
    const caller = callerOfRequest(request, credentials);
    const token = credentials === null ? THIS_MACHINE : caller?.name ?? null;
    noteFacts(request, { token, remote: remoteOf(context), isFromNode: caller?.role === "node" });
    const route = matchedRoutes(context).find(({ handler }) => handler !== closed);
    const name = route === undefined ? null : `${route.method} ${route.path}`;
    const access = name === null ? (path.startsWith(VERSIONED) ? ANY : "open") : accessOf(name, roles);
    try {
      const gallery = parametersIn(path, route?.path ?? "").get("gallery");
      if (name !== null) noteFacts(request, { route: name, ...gallery === undefined ? {} : { gallery } });
      if (access !== "open") checkRole(request, { credentials, roles: access });
      if (gallery !== undefined) checkGallery(caller, gallery);
    } catch (error) {
      throw onRefused?.(error, { request, remote: remoteOf(context) ?? null }) ?? error;
    }
    const onAnswer = name === null ? null : onPassed?.(name, request);
    await next();
    // A dialect may answer an error with the status of a success.
    if (context.error === undefined) onAnswer?.(context.res);
  };
  app.use(closed);
  for (const group of routes) app.route("/", group);
  return app;
}

function accessOf(route: string, roles: RolesOptions["roles"]): Access {
  return Object.hasOwn(roles, route) ? roles[route] : ADMIN;
}
