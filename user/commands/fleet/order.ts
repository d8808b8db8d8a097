import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { asDmlError, type DmlError } from "../../../protocol/kernel/errors.ts";
import type { NodeListing } from "../../../protocol/http_api/api.ts";
import type { NodeOrderName } from "../../../protocol/messages/command_names.ts";
import { exitCodeOf } from "../../cli/exit.ts";
import type { NodesAction } from "../../cli/nodes/nodes_command.ts";
import type { ClusterClient } from "../../client/cluster_client.ts";
import { mapInOrder } from "../../pictures/map_in_order.ts";
import { OrderReport } from "../../reports/order_report.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { chooseNodes } from "./choose_nodes.ts";

/** Orders in progress at once. */
const CONCURRENCY = 16;
/** Orders during which a node takes no pictures. One of this many nodes carries them out at a time. */
const DISRUPTIVE: readonly NodeOrderName[] = ["restart", "reload", "bench", "upgrade"];
const NODES_PER_DISRUPTION = 4;

/** Outcome of an order about one node. */
export interface OrderRow {
  readonly nodeId: string;
  readonly name: string;
  readonly command: NodeOrderName;
  readonly outcome: "ok" | "failed" | "skipped" | "dry-run";
  /** Code of the failure; `null` if there is none. */
  readonly code: string | null;
  /** Summary of the outcome in the first line, and details in further ones. */
  readonly detail: string;
}

/**
 * Gives an order to nodes, several at a time, and prints the outcome of each. Returns the exit
 * code, which is not 0 if an order failed.
 */
export async function runOrder(
  { order, targets, dryRun, json }: Extract<NodesAction, { action: "order" }> & { readonly json: boolean },
  { terminal, cluster }: { readonly terminal: Terminal; readonly cluster: ClusterClient },
): Promise<number> {
  const { asked, skipped } = chooseNodes(targets, await cluster.nodes());
  const report = json
    ? { print: (row: OrderRow) => terminal.out(jsonLine(row)), end: () => {} }
    : new OrderReport(terminal, [...asked, ...skipped].map(({ name }) => name));
  const rowOf = ({ nodeId, name }: NodeListing) => ({ nodeId, name, command: order });
  const failures: DmlError[] = [];
  const work = async (node: NodeListing): Promise<OrderRow> => {
    if (dryRun) return { ...rowOf(node), outcome: "dry-run", code: null, detail: "It would be asked." };
    try {
      return { ...rowOf(node), outcome: "ok", code: null, detail: await cluster.command(node.nodeId, order) };
    } catch (error) {
      const failure = asDmlError(error);
      failures.push(failure);
      return { ...rowOf(node), outcome: "failed", code: failure.code, detail: failure.message };
    }
  };
  const concurrency = DISRUPTIVE.includes(order)
    ? Math.max(1, Math.floor(asked.length / NODES_PER_DISRUPTION))
    : CONCURRENCY;
  for await (const row of mapInOrder(asked, { concurrency, work })) report.print(row);
  for (const node of skipped) {
    report.print({ ...rowOf(node), outcome: "skipped", code: null, detail: "It is not connected." });
  }
  report.end();
  return exitCodeOf(failures, { tried: asked.length });
}
