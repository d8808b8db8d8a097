import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { NodeListing } from "../../protocol/http_api/api.ts";
import { EXIT_OK } from "../cli/exit.ts";
import type { NodesCommand } from "../cli/nodes/nodes_command.ts";
import { reasonLines, renderNodes } from "../reports/node_table.ts";
import { printable } from "../terminal/render.ts";
import { runJudge } from "./fleet/judge.ts";
import { runOrder } from "./fleet/order.ts";
import { type FleetContext, runLabel, runRequire, runRequirements } from "./fleet/requirements.ts";

/** Lists the nodes, gives them orders, or decides about them as a group. Returns the exit code. */
export async function runNodes(
  command: NodesCommand,
  context: FleetContext & { readonly clock: Clock },
): Promise<number> {
  switch (command.action) {
    case "list":
      printNodes(await context.cluster.nodes(), { ...context, json: command.json });
      return EXIT_OK;
    case "judge":
      return await runJudge(command, context);
    case "order":
      return await runOrder(command, context);
    case "label":
      return await runLabel(command, context);
    case "require":
    case "unrequire":
      return await runRequire(command, context);
    case "requirements":
      return await runRequirements(command, context);
  }
}

function printNodes(
  nodes: readonly NodeListing[],
  { terminal, clock, json }: Pick<FleetContext, "terminal"> & { readonly clock: Clock; readonly json: boolean },
): void {
  if (json) {
    for (const node of nodes) terminal.out(jsonLine(node));
    return;
  }
  if (nodes.length === 0) return void terminal.out("No node has joined yet; `dml join` starts one.\n");
  const options = { nowMs: clock.wallMs(), columnsMax: terminal.outColumns, color: terminal.outColor };
  terminal.out(renderNodes(nodes, options));
  for (const { name, nodeId, address, state } of nodes) {
    if (state !== "waiting") continue;
    const sentence = `${name} at ${address} waits for approval. If its host prints the id ${nodeId}, ` +
      `\`dml nodes approve ${nodeId}\` lets it in.`;
    terminal.out(`${printable(sentence)}\n`);
  }
  for (const line of reasonLines(nodes)) terminal.out(`${printable(line)}\n`);
}
