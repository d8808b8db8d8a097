import type { Hono } from "hono";
import type { DialectName } from "../../../protocol/http_api/dialect_names.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import type { Credentials } from "../../../protocol/security/credentials.ts";
import type { BlobStore } from "../../../protocol/ports/blob_store.ts";
import type { MasterBlobs } from "../../blobs/master_blobs.ts";
import type { ServedModels } from "../../models/served_models.ts";
import type { People } from "../../people/people.ts";
import type { Predictions } from "../../turn/predictions.ts";
import type { AuditedRoute } from "../audited_routes.ts";
import type { Refusal } from "../refusals.ts";
import type { Access } from "../role_routes.ts";
import type { Uploads } from "../uploads/uploads.ts";

/** The HTTP interface of another product, so that its clients work with dml unchanged. */
export interface Dialect {
  readonly name: DialectName;
  /** Returns true if `path` belongs to the dialect, so that errors are answered in its form. */
  owns(path: string): boolean;
  /** Roles by route, as in `ROUTE_ROLES`. */
  readonly roles: Readonly<Record<string, Access>>;
  /** Routes whose use is recorded, as in `AUDITED_ROUTES`. */
  readonly audited: Readonly<Record<string, AuditedRoute>>;
  /** Form fields in which its clients send a token, beside the headers of `request_key.ts`. */
  readonly keyFields: readonly string[];
  /** Returns the routes. */
  routes(services: DialectServices): Hono;
  /** Returns an error as the clients of the dialect expect it. */
  answerOf(refusal: Refusal): Response;
}

/** The parts of a master that dialects work with. */
export interface DialectServices {
  readonly clock: Clock;
  readonly predictions: Pick<Predictions, "check" | "run" | "reserve">;
  readonly people: People;
  readonly crops: Pick<BlobStore, "read">;
  readonly blobs: Pick<MasterBlobs, "view" | "read">;
  readonly served: ServedModels;
  readonly uploads: Pick<Uploads, "read">;
  /** `null` if requests need no token. */
  readonly credentials: Credentials | null;
  /** Returns the names of the models with this pipeline that are served. */
  readonly modelsOf: (pipeline: "detect" | "classify" | "faces") => readonly string[];
  /** Model in place of the usual one; `null` if the operator named none. */
  readonly model: string | null;
}
