import { type Context, Hono } from "hono";
import { bearerToken, callerOfRequest, checkRole } from "../../protocol/http/auth.ts";
import { filePiecesAnswerSchema } from "../../protocol/http_api/file_api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { FILE_ACTIONS, type FileAction, writeAnswerSchema } from "../../protocol/messages/files.ts";
import { idSchema, type Infer, parseAs, z } from "../../protocol/schema.ts";
import type { Caller, Credentials } from "../../protocol/security/credentials.ts";
import type { NodeSessions } from "../control/node_sessions.ts";
import { describeRequest } from "../http/audited_routes.ts";
import { auditedFiles } from "./audited_files.ts";
import type { FileRelay } from "./file_relay.ts";
import { jsonIn } from "./json_bytes.ts";

export interface FileRoutesOptions {
  readonly files: FileRelay;
  /**
   * Credentials of the admins who may use the files of nodes; `null` if nobody may. They are checked
   * also on a master that otherwise needs no token, because any account of its host reaches that.
   */
  readonly admins: Credentials | null;
  readonly sessions: Pick<NodeSessions, "identify">;
}

const nodesSchema = z.array(idSchema).min(1).max(LIMITS.fileNodesMax);
type PieceResult = Infer<typeof filePiecesAnswerSchema>["nodes"][number];

/**
 * Returns the routes of the admin for the files of nodes, and those by which nodes fetch what they
 * are asked and put their answers. A piece of files comes in once, however many nodes it is for.
 */
export function fileRoutes({ files, admins, sessions }: FileRoutesOptions): Hono {
  const app = new Hono();
  // Each request is in memory until it is answered, so their number is limited.
  let requests = 0;
  const withBody = async <Result>({ req: { raw } }: Context, work: (body: Bytes, actor: Caller) => Promise<Result>) => {
    const actor = adminOf(raw, admins);
    if (requests >= LIMITS.fileRequestsMax) {
      throw new DmlError("queue_full", "The master handles as many requests about files as it can.");
    }
    requests++;
    try {
      return await work(await bodyOf(raw), actor);
    } finally {
      requests--;
    }
  };
  for (const action of FILE_ACTIONS.filter((name) => name !== "write")) {
    app.post(`${PATHS.nodes}/:nodeId/files/${action}`, (context) =>
      withBody(context, async (body, { name: actor }) => {
        const { raw: request } = context.req;
        const nodeId = parseAs(idSchema, context.req.param("nodeId"), {
          what: "The node's id",
          code: "request_invalid",
        });
        const node = files.nodeWithId(nodeId);
        describeRequest(request, { actor, subject: node.name, ...auditedFiles(action, body) });
        const answer = await files.order(node, action, { body, signal: request.signal });
        return context.body(answer, 200, { "content-type": mediaTypeOf(action), "cache-control": "no-store" });
      }));
  }
  app.post(PATHS.filePieces, (context) =>
    withBody(context, async (body) => {
      const nodeIds = parseAs(nodesSchema, context.req.query("nodes")?.split(",") ?? [], {
        what: "The parameter nodes",
        code: "request_invalid",
      });
      const { signal } = context.req.raw;
      const work = (nodeId: string) =>
        resultOf(nodeId, () => files.order(files.nodeWithId(nodeId), "write", { body, signal }));
      return context.json({ nodes: await Promise.all(nodeIds.map(work)) });
    }));
  const nodeOf = ({ req: { raw } }: Context) =>
    sessions.identify(bearerToken(raw.headers.get("authorization")))?.nodeId ?? null;
  app.get(`${PATHS.fileOrders}/:orderId`, (context) => {
    const body = files.bodyFor(context.req.param("orderId"), nodeOf(context));
    return context.body(body, 200, { "content-type": "application/octet-stream", "cache-control": "no-store" });
  });
  app.put(`${PATHS.fileOrders}/:orderId`, async (context) => {
    const orderId = context.req.param("orderId");
    files.bodyFor(orderId, nodeOf(context)); // refuses a stranger before the body is read
    files.answer(orderId, nodeOf(context), await bodyOf(context.req.raw));
    return context.body(null, 204);
  });
  return app;
}

type Bytes = Uint8Array<ArrayBuffer>;

function mediaTypeOf(action: FileAction): string {
  return action === "read" ? "application/octet-stream" : "application/json";
}

/** Returns what became of a piece on one node. */
async function resultOf(nodeId: string, order: () => Promise<Bytes>): Promise<PieceResult> {
  try {
    const answer = parseAs(writeAnswerSchema, jsonIn(await order()), { what: "The node's answer", code: "internal" });
    return { nodeId, error: null, ...answer };
  } catch (error) {
    const { code, message, advice } = asDmlError(error);
    return { nodeId, error: { code, reason: message, advice }, faults: [] };
  }
}

async function bodyOf(request: Request): Promise<Bytes> {
  const length = Number(request.headers.get("content-length") ?? NaN);
  if (!(length >= 1 && length <= LIMITS.fileBodyBytesMax)) {
    throw new DmlError("request_invalid", `The request must have a Content-Length of 1 to ${LIMITS.fileBodyBytesMax}.`);
  }
  let bytes: Bytes;
  try {
    bytes = await request.bytes();
  } catch (cause) {
    throw new DmlError("cancelled", "The request about files was interrupted.", { cause });
  }
  if (bytes.length === length) return bytes;
  throw new DmlError("request_invalid", `${bytes.length} bytes arrived, but ${length} were announced.`);
}

/** Returns the admin who sends `request`. Throws `files_refused`, `unauthorized` or `forbidden`. */
function adminOf(request: Request, admins: Credentials | null): Caller {
  if (admins === null) {
    throw new DmlError(
      "files_refused",
      "This master speaks no TLS (--insecure), so that others could ask in your place.",
      {
        advice: "Start it without --insecure to use the files of nodes.",
      },
    );
  }
  const caller = callerOfRequest(request, admins);
  if (caller?.role === "admin") return caller;
  if (request.headers.has("authorization")) checkRole(request, { credentials: admins, roles: ["admin"] });
  throw new DmlError("unauthorized", "The files of nodes take the admin's token, also on this machine.", {
    advice: "The account that runs the master needs none without --master; another one passes --token or DML_TOKEN.",
  });
}
