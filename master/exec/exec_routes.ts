import { Hono } from "hono";
import { EXEC_MEDIA_TYPE, execRequestSchema } from "../../protocol/http_api/exec_api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { callerOfRequest, checkRole } from "../../protocol/http/auth.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { idSchema, parseAs } from "../../protocol/schema.ts";
import type { Caller, Credentials } from "../../protocol/security/credentials.ts";
import { describeRequest } from "../http/audited_routes.ts";
import { jsonBody } from "../http/json_body.ts";
import { auditedCommand, type ExecRelay } from "./exec_relay.ts";

/** Size limit of the body: arguments whose every character is escaped, and the rest. */
const REQUEST_CHARACTERS_MAX = 6 * LIMITS.execArgumentsCharactersMax + 4_096;

export interface ExecRoutesOptions {
  readonly exec: ExecRelay;
  /**
   * Credentials of the admins who may run programs on nodes; `null` if nobody may. They are checked
   * also on a master that otherwise needs no token, because any account of its host reaches that.
   */
  readonly admins: Credentials | null;
}

/** Returns the route by which an admin runs a program on a node that allows it. */
export function execRoutes({ exec, admins }: ExecRoutesOptions): Hono {
  const app = new Hono();
  app.post(`${PATHS.nodes}/:nodeId/exec`, async (context) => {
    const { raw: request } = context.req;
    const { name: actor } = adminOf(request, admins);
    const nodeId = parseAs(idSchema, context.req.param("nodeId"), { what: "The node's id", code: "request_invalid" });
    const what = "The request to run a program";
    const body = await jsonBody(request, { what, charactersMax: REQUEST_CHARACTERS_MAX });
    const command = parseAs(execRequestSchema, body, { what, code: "request_invalid" });
    const node = exec.nodeWithId(nodeId);
    const output = exec.start(node, command, { actor, signal: request.signal });
    describeRequest(request, { actor, subject: node.name, detail: auditedCommand(command) });
    return context.body(output, 200, { "content-type": EXEC_MEDIA_TYPE, "cache-control": "no-store" });
  });
  return app;
}

/** Returns the admin who sends `request`. Throws `exec_refused`, `unauthorized` or `forbidden`. */
function adminOf(request: Request, admins: Credentials | null): Caller {
  if (admins === null) {
    throw new DmlError(
      "exec_refused",
      "This master speaks no TLS (--insecure), so that others could ask in your place.",
      {
        advice: "Start it without --insecure to run programs on nodes.",
      },
    );
  }
  const caller = callerOfRequest(request, admins);
  if (caller?.role === "admin") return caller;
  if (request.headers.has("authorization")) checkRole(request, { credentials: admins, roles: ["admin"] });
  throw new DmlError("unauthorized", "To run programs on nodes takes the admin's token, also on this machine.", {
    advice: "The account that runs the master needs none without --master; another one passes --token or DML_TOKEN.",
  });
}
