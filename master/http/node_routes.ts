import { type Context, Hono } from "hono";
import { nodeCommandSchema, type NodeListing } from "../../protocol/http_api/api.ts";
import type { NodeDecision } from "../../protocol/http_api/node_decision.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { idSchema, parseAs } from "../../protocol/schema.ts";
import type { NodeOrderName } from "../../protocol/messages/command_names.ts";
import { describeRequest } from "./audited_routes.ts";
import { jsonBody } from "./json_body.ts";

/** Size limit of the body of a command. */
const COMMAND_CHARACTERS_MAX = 1_024;

/** The master, as far as the routes of nodes use it. */
interface NodesMaster {
  nodes(): NodeListing[];
  command(nodeId: string, command: NodeOrderName): Promise<string>;
  judgeNode(nodeId: string, decision: NodeDecision): Promise<string>;
}

/** Returns the admin's routes that list the nodes, decide about them and send them commands. */
export function nodeRoutes(master: NodesMaster): Hono {
  const app = new Hono();
  const nameOf = (nodeId: string) => master.nodes().find((node) => node.nodeId === nodeId)?.name ?? nodeId;
  app.get(PATHS.nodes, (context) => context.json({ nodes: master.nodes() }));
  app.post(`${PATHS.nodes}/:nodeId/commands`, async (context) => {
    const nodeId = nodeIdIn(context);
    const { command } = parseAs(
      nodeCommandSchema,
      await jsonBody(context.req.raw, { what: "A command", charactersMax: COMMAND_CHARACTERS_MAX }),
      {
        what: "The command",
        code: "request_invalid",
      },
    );
    describeRequest(context.req.raw, { subject: nameOf(nodeId), detail: `${command}, ${nodeId}` });
    return context.json({ detail: await master.command(nodeId, command) });
  });
  const judge = (decision: NodeDecision) => async (context: Context) => {
    const nodeId = nodeIdIn(context);
    describeRequest(context.req.raw, { subject: nameOf(nodeId), detail: nodeId });
    return context.json({ detail: await master.judgeNode(nodeId, decision) });
  };
  app.post(`${PATHS.nodes}/:nodeId/approve`, judge("approve"));
  app.post(`${PATHS.nodes}/:nodeId/restore`, judge("restore"));
  app.delete(`${PATHS.nodes}/:nodeId`, judge("remove"));
  return app;
}

function nodeIdIn(context: Context): string {
  return parseAs(idSchema, context.req.param("nodeId"), { what: "The node's id", code: "request_invalid" });
}
