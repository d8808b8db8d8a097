import type { Context, Hono } from "hono";
import type { DialectChoice, DialectName } from "../../../protocol/http_api/dialect_names.ts";
import type { AuditedRoute } from "../audited_routes.ts";
import type { Refusal } from "../refusals.ts";
import type { Access } from "../role_routes.ts";
import { COMPREFACE } from "./compreface/compreface.ts";
import { DEEPSTACK } from "./deepstack/deepstack.ts";
import type { Dialect, DialectServices } from "./dialect.ts";
import { withFormKey } from "./form_key.ts";
import { IMMICH } from "./immich/immich.ts";
import { V2 } from "./v2/v2.ts";
import { withHeaderKey } from "./request_key.ts";

/** Every dialect; another one is a folder beside them and a line here. */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  compreface: COMPREFACE,
  deepstack: DEEPSTACK,
  immich: IMMICH,
  v2: V2,
};

/** The dialects of one HTTP port, ready to be mounted. */
export class OpenDialects {
  readonly routes: readonly Hono[];
  /** Roles by route, of all dialects together. */
  readonly roles: Readonly<Record<string, Access>>;
  readonly audited: Readonly<Record<string, AuditedRoute>>;
  readonly #dialects: readonly Dialect[];
  readonly #services: Omit<DialectServices, "model">;

  constructor({ names, models }: DialectChoice, services: Omit<DialectServices, "model">) {
    this.#dialects = names.map((name) => DIALECTS[name]);
    this.#services = services;
    this.routes = this.#dialects.map((dialect) => {
      return dialect.routes({ ...services, model: models[dialect.name] ?? null });
    });
    this.roles = Object.assign({}, ...this.#dialects.map(({ roles }) => roles));
    this.audited = Object.assign({}, ...this.#dialects.map(({ audited }) => audited));
  }

  /**
   * Finds the token of a request to a dialect, wherever its client puts it. Returns what to wait for;
   * `null` for nothing.
   */
  admit(context: Context): Promise<void> | null {
    const { credentials, uploads } = this.#services;
    const dialect = credentials === null ? undefined : this.#ownerOf(context.req.path);
    if (dialect === undefined) return null;
    context.req.raw = withHeaderKey(context.req.raw);
    if (dialect.keyFields.length === 0 || context.req.raw.headers.has("authorization")) return null;
    return withFormKey(context, { fields: dialect.keyFields, uploads });
  }

  /** Returns `request` with the token of its header, if it is one and the path a dialect's. */
  withToken(request: Request): Request {
    const isOwned = this.#ownerOf(new URL(request.url).pathname) !== undefined;
    return isOwned ? withHeaderKey(request, { onlyTokens: true }) : request;
  }

  /** Returns the answer for an error in the form of the dialect that has `path`; `null` if none has. */
  answerOf(refusal: Refusal, path: string): Response | null {
    return this.#ownerOf(path)?.answerOf(refusal) ?? null;
  }

  #ownerOf(path: string): Dialect | undefined {
    return this.#dialects.find((dialect) => dialect.owns(path));
  }
}
