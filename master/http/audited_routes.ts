import { callerOfRequest } from "../../protocol/http/auth.ts";
import type { Credentials } from "../../protocol/security/credentials.ts";
import { type Audit, THIS_MACHINE } from "../host/audit.ts";
import { parametersIn } from "./path_parameters.ts";

/** The audited action of a route. */
export interface AuditedRoute {
  readonly action: string;
  /** Pattern of the subject, in which `:name` stands for the parameter of the path. */
  readonly subject: string;
}

export function audited(action: string, subject: string): AuditedRoute {
  return { action, subject };
}

const GALLERY = "/v1/galleries/:gallery";

/** Every route whose use is recorded: those that change something, and those that hand out secrets. */
export const AUDITED_ROUTES: Readonly<Record<string, AuditedRoute>> = {
  "POST /v1/nodes/:nodeId/commands": audited("node.command", ":nodeId"),
  "POST /v1/nodes/:nodeId/approve": audited("node.approve", ":nodeId"),
  "POST /v1/nodes/:nodeId/restore": audited("node.restore", ":nodeId"),
  "DELETE /v1/nodes/:nodeId": audited("node.remove", ":nodeId"),
  "POST /v1/nodes/:nodeId/exec": audited("node.exec", ":nodeId"),
  "POST /v1/nodes/:nodeId/files/plan": audited("file.copy", ":nodeId"),
  "POST /v1/nodes/:nodeId/files/read": audited("file.read", ":nodeId"),
  "POST /v1/nodes/:nodeId/files/remove": audited("file.remove", ":nodeId"),
  "PUT /v1/nodes/:nodeId/labels": audited("node.labels", ":nodeId"),
  "PUT /v1/requirements": audited("node.require", ""),
  "POST /v1/models": audited("model.add", ""),
  "DELETE /v1/models/:name": audited("model.remove", ":name"),
  "POST /v1/models/:name/rollouts": audited("model.rollout", ":name"),
  "POST /v1/models/:name/rollback": audited("model.rollback", ":name"),
  "PUT /v1/models/:name/pin": audited("model.pin", ":name"),
  "PUT /v1/models/:name/labels": audited("model.bind", ":name"),
  "POST /v1/gc": audited("model.gc", ""),
  [`DELETE ${GALLERY}`]: audited("gallery.remove", ":gallery"),
  [`PUT ${GALLERY}/thresholds`]: audited("gallery.thresholds", ":gallery"),
  [`GET ${GALLERY}/export`]: audited("gallery.export", ":gallery"),
  [`POST ${GALLERY}/import`]: audited("gallery.import", ":gallery"),
  [`PATCH ${GALLERY}/people/:name`]: audited("person.change", ":gallery/:name"),
  [`DELETE ${GALLERY}/people/:name`]: audited("person.remove", ":gallery/:name"),
  [`POST ${GALLERY}/people/:name/merge`]: audited("person.merge", ":gallery/:name"),
  [`POST ${GALLERY}/people/:name/faces`]: audited("person.enrol", ":gallery/:name"),
  [`POST ${GALLERY}/people/:name/rejections`]: audited("person.reject", ":gallery/:name"),
  [`DELETE ${GALLERY}/people/:name/faces/:faceId`]: audited("face.remove", ":gallery/:name/:faceId"),
  [`DELETE ${GALLERY}/trash`]: audited("trash.empty", ":gallery"),
  [`POST ${GALLERY}/trash/:entryId/restore`]: audited("trash.restore", ":gallery"),
  "POST /v1/backup": audited("backup.make", ""),
  "POST /v1/tokens": audited("token.create", ""),
  "DELETE /v1/tokens/:token": audited("token.revoke", ":token"),
  "GET /v1/tokens/defaults/:role": audited("token.show", ":role"),
  "POST /v1/tokens/defaults/:role": audited("token.rotate", ":role"),
};

/** Facts for the audit that only the handler of a request knows. */
export interface RequestDescription {
  /** Name of the caller, if the route asks for more than the others. */
  readonly actor?: string;
  /** Name of what the request is about, in place of that in its path. */
  readonly subject?: string;
  readonly detail?: string;
  /** True if an earlier request was recorded that this one continues; false if absent. */
  readonly isRecorded?: boolean;
}

const DESCRIPTIONS = new WeakMap<Request, RequestDescription>();

/** Adds `description` to the entry of the audit that the success of `request` becomes. */
export function describeRequest(request: Request, description: RequestDescription): void {
  DESCRIPTIONS.set(request, description);
}

/**
 * Returns the function that records every successful request to one of {@linkcode AUDITED_ROUTES}, or
 * of `more`. Dry runs are not recorded.
 */
export function auditing(
  { audit, credentials, more = {} }: {
    audit: Audit;
    credentials: Credentials | null;
    more?: Readonly<Record<string, AuditedRoute>>;
  },
): (route: string, request: Request) => ((answer: Response) => void) | null {
  const routes = { ...AUDITED_ROUTES, ...more };
  return (route, request) => {
    if (!Object.hasOwn(routes, route)) return null;
    const { pathname, searchParams } = new URL(request.url);
    if (searchParams.get("dryRun") === "true") return null;
    const { action, subject } = routes[route];
    // Found before the request is handled, which may revoke the caller's own token.
    const actor = callerOfRequest(request, credentials)?.name ?? THIS_MACHINE;
    const parameters = parametersIn(pathname, route.slice(route.indexOf(" ") + 1));
    return ({ ok }) => {
      const { isRecorded = false, ...description } = DESCRIPTIONS.get(request) ?? {};
      if (!ok || isRecorded) return;
      const source = searchParams.get("source") || undefined;
      const named = subject.replace(/:(\w+)/g, (_, name: string) => parameters.get(name) ?? "");
      audit.record({ actor, action, subject: named, detail: source, ...description });
    };
  };
}
