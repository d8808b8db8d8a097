import { Hono } from "hono";
import { callerOfRequest } from "../../protocol/http/auth.ts";
import { blobReadRoutes, blobWriteRoutes } from "../../protocol/http/blob_routes.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Credentials } from "../../protocol/security/credentials.ts";
import { type DialectChoice, NO_DIALECTS } from "../../protocol/http_api/dialect_names.ts";
import type { MasterBlobs } from "../blobs/master_blobs.ts";
import type { MasterHandle } from "../master_handle.ts";
import type { People } from "../people/people.ts";
import { logRoutes } from "../logs/log_routes.ts";
import type { Observation } from "../observe/observation.ts";
import { observationRoutes } from "../observe/observation_routes.ts";
import type { LogStore } from "../logs/log_store.ts";
import type { Predictions } from "../turn/predictions.ts";
import type { ModelImport } from "../models/model_import.ts";
import type { AuditLog } from "../access/audit_log.ts";
import type { Backups } from "../backup/backups.ts";
import type { FailedAttempts } from "../access/failed_attempts.ts";
import type { TokenStore } from "../access/token_store.ts";
import { readerOf } from "../blobs/transient_blobs.ts";
import { auditRoutes } from "./audit_routes.ts";
import { backupRoutes } from "../backup/backup_routes.ts";
import { auditing } from "./audited_routes.ts";
import { clusterRoutes } from "./cluster_routes.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { DialectServices } from "./dialects/dialect.ts";
import { OpenDialects } from "./dialects/registry.ts";
import { errorBoundary } from "./error_boundary.ts";
import type { MasterTls } from "./http_server.ts";
import { faceCropRoutes } from "./page/face_crop_routes.ts";
import { modelFileRoutes } from "./model_file_routes.ts";
import type { ExecRelay } from "../exec/exec_relay.ts";
import { execRoutes } from "../exec/exec_routes.ts";
import { type ExchangeOptions, withExchange } from "./exchange/exchange.ts";
import type { Handler } from "./request_origin.ts";
import { openApiRoutes } from "./openapi/openapi_routes.ts";
import { verificationRoutes } from "../verification/verification_routes.ts";
import { healthRoutes } from "./public/health_routes.ts";
import type { NodeSessions } from "../control/node_sessions.ts";
import type { FileRelay } from "../files/file_relay.ts";
import { fileRoutes } from "../files/file_routes.ts";
import { fleetRoutes } from "../fleet/fleet_routes.ts";
import { nodeRoutes } from "./node_routes.ts";
import { pageRoutes } from "./page/page_routes.ts";
import { sessionRoutes } from "./page/session_routes.ts";
import { peopleRoutes } from "./people_routes.ts";
import { programRoutes } from "./program_routes.ts";
import { predictionRoutes } from "./prediction_routes.ts";
import { versionRoutes } from "./version_routes.ts";
import { modelListRoutes, modelRoutes } from "./model_routes.ts";
import type { Refusals } from "./refusals.ts";
import { ROUTE_ROLES, routesByRole } from "./role_routes.ts";
import { Uploads } from "./uploads/uploads.ts";
import { tokenRoutes } from "./token_routes.ts";
import { wrongMethodResponse } from "./wrong_method.ts";

/** The services behind the routes, provided by the shell of the master. */
export interface AppOptions {
  readonly clock: Clock;
  readonly refusals: Pick<Refusals, "record">;
  /** `null` if requests need no token. */
  readonly credentials: Credentials | null;
  readonly predictions: Predictions;
  readonly people: People;
  readonly blobs: MasterBlobs;
  readonly modelImport: ModelImport;
  /** `null` or absent if the master has no TLS. */
  readonly tls?: MasterTls | null;
  readonly logs?: LogStore | null;
  readonly observation: Pick<Observation, "metrics" | "status">;
  readonly tokens: TokenStore;
  readonly audit: AuditLog;
  /** `null` or absent if nothing of the master is on a disk. */
  readonly backups?: Backups | null;
  readonly attempts: Pick<FailedAttempts, "refuse">;
  readonly fleet: Fleet;
  /** Absent if the master answers no dialect. */
  readonly dialects?: DialectChoice;
  readonly modelsOf?: DialectServices["modelsOf"];
  readonly served: DialectServices["served"];
  readonly exec: ExecRelay;
  /** Admins who may run programs on nodes; `null` or absent if nobody may. */
  readonly execAdmins?: Credentials | null;
  readonly files: FileRelay;
  /** Admins who may use the files of nodes; `null` or absent if nobody may. */
  readonly fileAdmins?: Credentials | null;
  readonly sessions: Pick<NodeSessions, "identify">;
  readonly master: Pick<MasterHandle, "info" | "nodes" | "models" | "command" | "judgeNode" | "versions" | "programs">;
}

/** Returns the function that answers every request to the master. */
export function masterHandler(options: AppOptions & ExchangeOptions): Handler {
  const app = createApp(options);
  return withExchange((request, origin) => app.fetch(request, origin), options);
}

/**
 * Returns the HTTP interface of the master. Routes for which {@linkcode ROUTE_ROLES} names no other
 * roles are for the admin alone.
 */
export function createApp(options: AppOptions): Hono {
  const { credentials, predictions, people, blobs, clock, master, tokens, audit, attempts } = options;
  const blobsFor = (request: Request) => {
    const caller = callerOfRequest(request, credentials);
    // Without credentials, everything on this machine may do everything.
    return [caller === null || caller.role === "node" ? blobs : blobs.shownTo(readerOf(caller))];
  };
  const uploads = new Uploads({ predictions, clock, credentials });
  const { dialects: choice = NO_DIALECTS, modelsOf = () => [] } = options;
  const crops = blobs;
  const dialects = new OpenDialects(choice, { ...options, crops, uploads, modelsOf });
  const app = routesByRole({
    credentials,
    roles: { ...ROUTE_ROLES, ...dialects.roles },
    onArrived: (context) => dialects.admit(context),
    onRefused: (error, refused) => attempts.refuse(error, refused),
    onPassed: auditing({ audit, credentials, more: dialects.audited }),
    routes: [
      ...dialects.routes,
      predictionRoutes({ ...options, uploads }),
      verificationRoutes({ people, uploads, credentials }),
      modelListRoutes(master),
      blobReadRoutes(blobsFor),
      blobWriteRoutes({ write: blobs.results, bytesMax: LIMITS.imageBytesMax }),
      healthRoutes(master),
      openApiRoutes(master),
      clusterRoutes(master, options.tls ?? null),
      modelRoutes(options.modelImport),
      modelFileRoutes({ uploads: options.modelImport.uploads, clock }),
      versionRoutes(master),
      nodeRoutes(master),
      fleetRoutes(options.fleet),
      execRoutes({ exec: options.exec, admins: options.execAdmins ?? null }),
      fileRoutes({ ...options, admins: options.fileAdmins ?? null }),
      peopleRoutes({ people, uploads, credentials }),
      faceCropRoutes({ people, blobs, credentials }),
      programRoutes(master),
      tokenRoutes({ tokens, credentials }),
      auditRoutes(audit),
      logRoutes({ logs: options.logs ?? null, nodes: () => master.nodes() }),
      backupRoutes(options.backups ?? null),
      sessionRoutes({ isSecure: (options.tls ?? null) !== null }),
      pageRoutes(),
      observationRoutes({
        metrics: () => options.observation.metrics(),
        status: () => options.observation.status(),
      }),
    ],
  });
  app.notFound((context) => {
    const wrongMethod = wrongMethodResponse(app, context);
    if (wrongMethod !== null) return wrongMethod;
    throw new DmlError("not_found", `There is no ${context.req.method} ${context.req.path}.`);
  });
  app.onError(errorBoundary(options.refusals, (refusal, path) => dialects.answerOf(refusal, path)));
  return app;
}
