import { Hono } from "hono";
import { requireRole } from "../../protocol/http/auth.ts";
import { blobRoutes } from "../../protocol/http/blob_routes.ts";
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
import { modelRoutes } from "./model_routes.ts";
import type { Refusals } from "./refusals.ts";
import { wrongMethodResponse } from "./wrong_method.ts";

/** What the routes are about; the shell of the master provides it. */
export interface AppOptions {
  readonly clock: Clock;
  readonly refusals: Pick<Refusals, "record">;
  /** Null where requests need none. */
  readonly tokens: ClusterTokens | null;
  /** The control port, for users who go on asking; null when they may not ask there. */
  readonly userPort: number | null;
  readonly predictions: Predictions;
  readonly people: People;
  readonly blobs: MasterBlobs;
  readonly modelImport: ModelImport;
  readonly master: Pick<MasterHandle, "info" | "nodes" | "models" | "command" | "versions" | "programs">;
}

/** The HTTP interface of the master: who may do what, and where it is done. */
export function createApp(options: AppOptions): Hono {
  const { tokens, predictions, people, blobs, clock, master, userPort } = options;
  const user = requireRole(tokens, "user");
  const reader = requireRole(tokens, "user", "node");
  const writer = requireRole(tokens, "node", "admin");
  const admin = requireRole(tokens, "admin");

  const app = new Hono();
  app.use(PATHS.predictions, user);
  app.get(PATHS.models, user);
  app.post(PATHS.models, admin);
  app.get(`${PATHS.models}/:name`, admin);
  app.use(`${PATHS.modelFiles}/:digest`, admin);
  app.get(PATHS.nodes, admin);
  app.post(`${PATHS.nodes}/:nodeId/commands`, admin);
  app.get(`${PATHS.models}/:name/rollouts`, admin);
  app.post(`${PATHS.models}/:name/rollouts`, admin);
  app.post(`${PATHS.models}/:name/rollback`, admin);
  app.put(`${PATHS.models}/:name/pin`, admin);
  app.delete(`${PATHS.models}/:name`, admin);
  app.post(PATHS.gc, admin);
  app.use(PATHS.galleries, admin);
  app.use(`${PATHS.galleries}/*`, admin);
  app.get(PATHS.programs, admin);
  app.get(`${PATHS.blobs}/:digest`, reader);
  app.put(`${PATHS.blobs}/:digest`, writer);

  app.route("/", clusterRoutes(master));
  app.route("/", predictionRoutes({ predictions, blobs, clock, tokens, userPort }));
  app.route("/", modelRoutes(master, options.modelImport));
  app.route("/", modelFileRoutes({ uploads: options.modelImport.uploads, clock }));
  app.route("/", versionRoutes(master));
  app.route("/", nodeRoutes(master));
  app.route("/", peopleRoutes({ people, predictions, clock }));
  app.route("/", programRoutes(master));
  app.route("/", blobRoutes({ read: [blobs], write: blobs.results, bytesMax: LIMITS.imageBytesMax }));

  app.notFound((context) => {
    const wrongMethod = wrongMethodResponse(app, context);
    if (wrongMethod !== null) return wrongMethod;
    throw new DmlError("not_found", `There is no ${context.req.method} ${context.req.path}.`);
  });
  app.onError(errorBoundary(options.refusals));
  return app;
}
