import type { NodeListing } from "../../../protocol/http_api/api.ts";
import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import type { NodeDecision } from "../../../protocol/messages/node_decision_names.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import type { NodesAction } from "../../cli/nodes/nodes_command.ts";
import type { ClusterClient } from "../../client/cluster_client.ts";
import { printable } from "../../terminal/render.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { nodeNamed } from "./choose_nodes.ts";

/** Carries out the decision of an admin about a node, and prints the outcome. */
export async function runJudge(
  { decision, node: wanted, json }: Extract<NodesAction, { action: "judge" }> & { readonly json: boolean },
  { terminal, cluster }: { readonly terminal: Terminal; readonly cluster: ClusterClient },
): Promise<number> {
  const { nodeId, name } = nodeNamed(wanted, await cluster.nodes(), {
    isMeant: ({ state }) => isMeant(decision, state),
  });
  const detail = await cluster.judgeNode(nodeId, decision);
  terminal.out(json ? jsonLine({ nodeId, name, command: decision, detail }) : `${printable(`${name}: ${detail}`)}\n`);
  return EXIT_OK;
}

/** Returns true if a decision is for nodes in that state, of those that share a name. */
function isMeant(decision: NodeDecision, state: NodeListing["state"]): boolean {
  if (decision === "approve") return state === "waiting";
  if (decision === "restore") return state === "removed";
  return state !== "removed";
}
