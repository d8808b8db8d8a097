import { Hono } from "hono";
import { nodeCommandSchema, type NodeListing } from "../../protocol/http_api/api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { idSchema, parseAs } from "../../protocol/schema.ts";
import type { NodeCommandName } from "../../protocol/messages/command.ts";
import { jsonBody } from "./json_body.ts";

/** Size limit of the body of a command. */
const COMMAND_CHARACTERS_MAX = 1_024;

/** Returns the admin's routes that list the nodes and send commands to them. */
export function nodeRoutes(master: {
  nodes(): NodeListing[];
  command(nodeId: string, command: NodeCommandName): Promise<string>;
}): Hono {
  const app = new Hono();
  app.get(PATHS.nodes, (context) => context.json({ nodes: master.nodes() }));
  app.post(`${PATHS.nodes}/:nodeId/commands`, async (context) => {
    const nodeId = parseAs(idSchema, context.req.param("nodeId"), {
      what: "The node's id",
      code: "request_invalid",
    });
    const { command } = parseAs(
      nodeCommandSchema,
      await jsonBody(context.req.raw, { what: "A command", charactersMax: COMMAND_CHARACTERS_MAX }),
      {
        what: "The command",
        code: "request_invalid",
      },
    );
    return context.json({ detail: await master.command(nodeId, command) });
  });
  return app;
}
