import { Hono } from "hono";
import { roleOfRequest } from "../../protocol/http/auth.ts";
import { blobReadRoutes, blobWriteRoutes } from "../../protocol/http/blob_routes.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { ClusterTokens } from "../../protocol/security/tokens.ts";
import type { MasterBlobs } from "../blobs/master_blobs.ts";
import type { MasterHandle } from "../master_handle.ts";
import type { People } from "../people/people.ts";
import type { Predictions } from "../turn/predictions.ts";
import type { ModelImport } from "../models/model_import.ts";
import { clusterRoutes } from "./cluster_routes.ts";
import { errorBoundary } from "./error_boundary.ts";
import { modelFileRoutes } from "./model_file_routes.ts";
import { nodeRoutes } from "./node_routes.ts";
import { peopleRoutes } from "./people_routes.ts";
import { programRoutes } from "./program_routes.ts";
import { predictionRoutes } from "./prediction_routes.ts";
import { versionRoutes } from "./version_routes.ts";
import { modelListRoutes, modelRoutes } from "./model_routes.ts";
import type { Refusals } from "./refusals.ts";
import { routesByRole } from "./role_routes.ts";
import { wrongMethodResponse } from "./wrong_method.ts";

/** The services behind the routes, provided by the shell of the master. */
export interface AppOptions {
  readonly clock: Clock;
  readonly refusals: Pick<Refusals, "record">;
  /** `null` if requests need no token. */
  readonly tokens: ClusterTokens | null;
  readonly predictions: Predictions;
  readonly people: People;
  readonly blobs: MasterBlobs;
  readonly modelImport: ModelImport;
  readonly master: Pick<MasterHandle, "info" | "nodes" | "models" | "command" | "versions" | "programs">;
}

/** The routes that need no token, because a host asks for them before it has one. */
const OPEN_ROUTES: readonly string[] = [`GET ${PATHS.cluster}`, `GET ${PATHS.health}`];

/**
 * Returns the HTTP interface of the master. Routes that no group claims for another role are for
 * the admin alone (see {@linkcode routesByRole}).
 */
export function createApp(options: AppOptions): Hono {
  const { tokens, predictions, people, blobs, clock, master } = options;
  const userRoutes = new Hono()
    .route("/", predictionRoutes({ predictions, blobs, clock, tokens }))
    .route("/", modelListRoutes(master));
  const blobsFor = (request: Request) => {
    const role = roleOfRequest(request, tokens);
    // Without tokens, everything on this machine may do everything.
    return [role === null || role === "node" ? blobs : blobs.shownTo(role)];
  };
  const app = routesByRole({
    tokens,
    open: OPEN_ROUTES,
    claimed: [
      { roles: ["user"], routes: userRoutes },
      { roles: ["user", "node"], routes: blobReadRoutes(blobsFor) },
      { roles: ["node", "admin"], routes: blobWriteRoutes({ write: blobs.results, bytesMax: LIMITS.imageBytesMax }) },
    ],
    unclaimed: [
      clusterRoutes(master),
      modelRoutes(options.modelImport),
      modelFileRoutes({ uploads: options.modelImport.uploads, clock }),
      versionRoutes(master),
      nodeRoutes(master),
      peopleRoutes({ people, predictions, clock }),
      programRoutes(master),
    ],
  });
  app.notFound((context) => {
    const wrongMethod = wrongMethodResponse(app, context);
    if (wrongMethod !== null) return wrongMethod;
    throw new DmlError("not_found", `There is no ${context.req.method} ${context.req.path}.`);
  });
  app.onError(errorBoundary(options.refusals));
  return app;
}
