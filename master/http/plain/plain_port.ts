import { Hono } from "hono";
import { NO_DIALECTS } from "../../../protocol/http_api/dialect_names.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { type AddressRule, PlainAccess, type PlainPort } from "../../access/plain_access.ts";
import type { TokenStore } from "../../access/token_store.ts";
import type { AppOptions } from "../app.ts";
import type { Observation } from "../../observe/observation.ts";
import { auditing } from "../audited_routes.ts";
import { OpenDialects } from "../dialects/registry.ts";
import { errorBoundary } from "../error_boundary.ts";
import { type ExchangeOptions, withExchange } from "../exchange/exchange.ts";
import { faceCropRoutes } from "../page/face_crop_routes.ts";
import { peopleRoutes } from "../people_routes.ts";
import { predictionRoutes } from "../prediction_routes.ts";
import type { Handler } from "../request_origin.ts";
import { type HttpServer, type HttpServerOptions, serveHttp } from "../http_server.ts";
import { ROUTE_ROLES, routesByRole } from "../role_routes.ts";
import { Uploads } from "../uploads/uploads.ts";

/** Connections of the port; most of what the process can serve is for the port with TLS. */
const CONNECTIONS_MAX = 128;

/** The services behind the routes of the port without TLS. */
export type PlainPortOptions =
  & Pick<AppOptions, "clock" | "refusals" | "predictions" | "people" | "blobs" | "audit" | "attempts">
  & Pick<AppOptions, "dialects" | "modelsOf" | "served">
  & { readonly observation: Pick<Observation, "requests"> }
  & { readonly tokens: Pick<TokenStore, "plain">; readonly rules: readonly AddressRule[] }
  /** Parts that number, time and log requests; absent if that is not done. */
  & { readonly exchange?: ExchangeOptions };

/** Serves the port without TLS. Throws `address_in_use` or `usage`. */
export function servePlainPort(
  { address, rules }: PlainPort,
  options:
    & Omit<PlainPortOptions, "rules">
    & Pick<HttpServerOptions, "clock" | "log" | "connectionsMax">
    & ExchangeOptions,
): HttpServer {
  const { clock, log, connectionsMax = () => CONNECTIONS_MAX } = options;
  return serveHttp(plainPortHandler({ ...options, rules, exchange: options }), {
    address,
    tls: null,
    clock,
    log,
    connectionsMax: (present) => Math.min(CONNECTIONS_MAX, connectionsMax(present)),
  });
}

/**
 * Returns the handler of the port without TLS, for programs that cannot do better. It has the routes
 * for predictions and people alone, and the dialects, and accepts only tokens that were made for it: what crosses the
 * network in the clear must not open anything else.
 */
export function plainPortHandler(options: PlainPortOptions): Handler {
  const { clock, predictions, people, blobs, audit, attempts, tokens, rules } = options;
  const credentials = new PlainAccess(tokens.plain, { rules });
  const uploads = new Uploads({ predictions, clock, credentials });
  const { dialects: choice = NO_DIALECTS, modelsOf = () => [] } = options;
  const dialects = new OpenDialects(choice, { ...options, crops: blobs, uploads, credentials, modelsOf });
  const app = routesByRole({
    credentials,
    roles: { ...ROUTE_ROLES, ...dialects.roles },
    onArrived: (context) => dialects.admit(context),
    onRefused: (error, refused) => attempts.refuse(error, refused),
    onPassed: auditing({ audit, credentials, more: dialects.audited }),
    routes: [
      ...dialects.routes,
      predictionRoutes({ ...options, uploads, credentials }),
      peopleRoutes({ people, uploads, credentials }),
      faceCropRoutes({ people, blobs, credentials }),
    ],
  });
  return handlerOf(app, { ...options, credentials, dialects });
}

function handlerOf(
  app: Hono,
  { credentials, refusals, exchange, dialects, observation }:
    & Pick<PlainPortOptions, "refusals" | "exchange" | "observation">
    & {
      credentials: PlainAccess;
      dialects: OpenDialects;
    },
): Handler {
  app.notFound(({ req: { method, path } }) => {
    throw new DmlError("not_found", `There is no ${method} ${path} on the port without TLS.`, {
      advice: "It has predictions and people alone; use the other port for all else.",
    });
  });
  app.onError(errorBoundary(refusals, (refusal, path) => dialects.answerOf(refusal, path)));
  const inner: Handler = (request, origin) => app.fetch(request, origin);
  const observed = observation.requests.observing(exchange === undefined ? inner : withExchange(inner, exchange));
  return (request, origin) => {
    return observed(credentials.admitted(dialects.withToken(request), origin.remote ?? null), origin);
  };
}
