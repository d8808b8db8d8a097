import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { NodeListing } from "../../protocol/http_api/api.ts";
import type { ClusterClient } from "../client/cluster_client.ts";
import type { NodesCommand } from "../cli/command.ts";
import { EXIT_OK } from "../cli/exit.ts";
import { renderNodes } from "../reports/node_table.ts";
import { printable } from "../terminal/render.ts";
import { nearest } from "../../protocol/kernel/suggest.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Lists the nodes, or sends a command to one of them. Returns the exit code. */
export async function runNodes(
  command: NodesCommand,
  context: { terminal: Terminal; clock: Clock; cluster: ClusterClient },
): Promise<number> {
  const { terminal, cluster } = context;
  const nodes = await cluster.nodes();
  if (command.nodeCommand) {
    const node = nodeNamed(command.nodeCommand.node, nodes);
    const detail = await cluster.command(node.nodeId, command.nodeCommand.command);
    const answer = { nodeId: node.nodeId, name: node.name, command: command.nodeCommand.command, detail };
    terminal.out(
      command.json ? jsonLine(answer) : `${printable(`${node.name}: ${detail}`)}\n`,
    );
  } else if (command.json) {
    for (const node of nodes) terminal.out(jsonLine(node));
  } else if (nodes.length === 0) {
    terminal.out("No node has joined yet; `dml join` starts one.\n");
  } else printNodes(nodes, context);
  return EXIT_OK;
}

/**
 * Returns the node with this id or name. Throws `node_unknown` if there is none, or more than one
 * with that name.
 */
export function nodeNamed(wanted: string, nodes: readonly NodeListing[]): NodeListing {
  const matches = nodes.filter(({ nodeId, name }) => nodeId === wanted || name === wanted);
  if (matches.length === 1) return matches[0];
  if (matches.length > 1) {
    const ids = matches.map(({ nodeId }) => nodeId).join(", ");
    throw new DmlError("node_unknown", `${matches.length} nodes are called ${wanted}.`, {
      advice: `Name one by its id: ${ids}.`,
    });
  }
  const match = nearest(wanted, nodes.flatMap(({ name, nodeId }) => [name, nodeId]));
  throw new DmlError(
    "node_unknown",
    `There is no node ${wanted}.`,
    match ? { advice: `Did you mean ${match}?` } : {},
  );
}

function printNodes(
  nodes: readonly NodeListing[],
  { terminal, clock }: { terminal: Terminal; clock: Clock },
): void {
  const options = { nowMs: clock.wallMs(), columnsMax: terminal.outColumns, color: terminal.outColor };
  terminal.out(renderNodes(nodes, options));
  for (const node of nodes) {
    for (const { model, state, reason } of node.models) {
      if (reason === null) continue;
      terminal.out(`${printable(`${node.name}: ${model} is ${state}: ${reason}`)}\n`);
    }
  }
}
