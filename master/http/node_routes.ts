import { Hono } from "hono";
import { nodeCommandSchema, type NodeListing } from "../../protocol/http/api.ts";
import { PATHS } from "../../protocol/http/paths.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { idSchema, parseAs } from "../../protocol/schema.ts";
import type { CommandName } from "../../protocol/messages/command.ts";

/** The longest body of a command. */
const COMMAND_CHARACTERS_MAX = 1_024;

/** The nodes of the cluster, and orders to them. */
export function nodeRoutes(master: {
  nodes(): NodeListing[];
  command(nodeId: string, command: CommandName): Promise<string>;
}): Hono {
  const app = new Hono();
  app.get(PATHS.nodes, (context) => context.json({ nodes: master.nodes() }));
  app.post(`${PATHS.nodes}/:nodeId/commands`, async (context) => {
    const nodeId = parseAs(idSchema, context.req.param("nodeId"), {
      what: "The node's id",
      code: "request_invalid",
    });
    const { command } = parseAs(nodeCommandSchema, await jsonOf(context.req.raw), {
      what: "The command",
      code: "request_invalid",
    });
    return context.json({ detail: await master.command(nodeId, command) });
  });
  return app;
}

async function jsonOf(request: Request): Promise<unknown> {
  const length = Number(request.headers.get("content-length") ?? NaN);
  if (!(length <= COMMAND_CHARACTERS_MAX)) {
    throw new DmlError(
      "request_invalid",
      `A command needs a Content-Length of at most ${COMMAND_CHARACTERS_MAX}.`,
    );
  }
  try {
    return await request.json();
  } catch (error) {
    throw new DmlError("request_invalid", "The command is not JSON.", { cause: error });
  }
}
