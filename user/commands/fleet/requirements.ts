import type { RequirementsListing, RequirementTarget } from "../../../protocol/http_api/fleet_api.ts";
import type { NodeListing } from "../../../protocol/http_api/api.ts";
import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { EXIT_OK, EXIT_SOME_FAILED } from "../../cli/exit.ts";
import type { NodesAction, NodeTargets } from "../../cli/nodes/nodes_command.ts";
import type { ClusterClient } from "../../client/cluster_client.ts";
import type { FleetClient } from "../../client/fleet_client.ts";
import { type Column, counted, printable, renderTable } from "../../terminal/render.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { nodeNamed } from "./choose_nodes.ts";

/** Ports of a command about nodes as a group. */
export interface FleetContext {
  readonly terminal: Terminal;
  readonly cluster: ClusterClient;
  readonly fleet: FleetClient;
}

/** Rows up to which the table has a row for every node; beyond it, only for those that fall short. */
const FULL_ROWS_MAX = 60;

const COLUMNS: readonly Column[] = [
  { title: "requirement" },
  { title: "of" },
  { title: "node" },
  { title: "state" },
  { title: "why", shrinks: true },
];

/** Sets and removes labels of a node. Returns the exit code. */
export async function runLabel(
  { node: wanted, set, remove, json }: Extract<NodesAction, { action: "label" }> & { readonly json: boolean },
  { terminal, cluster, fleet }: FleetContext,
): Promise<number> {
  const { nodeId, name } = nodeNamed(wanted, await cluster.nodes());
  const detail = await fleet.changeLabels(nodeId, { set: [...set], remove: [...remove] });
  terminal.out(json ? jsonLine({ nodeId, name, detail }) : `${printable(`${name}: ${detail}`)}\n`);
  return EXIT_OK;
}

/** States or drops requirements. Returns the exit code. */
export async function runRequire(
  { action, targets, requirements, json }:
    & Extract<NodesAction, { action: "require" | "unrequire" }>
    & { readonly json: boolean },
  { terminal, cluster, fleet }: FleetContext,
): Promise<number> {
  const target = targets.kind === "nodes" ? targetOf(targets, await cluster.nodes()) : targetOf(targets, []);
  for (const requirement of requirements) {
    const detail = await fleet.changeRequirement({ target, requirement, isRequired: action === "require" });
    terminal.out(json ? jsonLine({ target, requirement, detail }) : `${printable(detail)}\n`);
  }
  return EXIT_OK;
}

function targetOf(targets: NodeTargets, nodes: readonly NodeListing[]): RequirementTarget {
  switch (targets.kind) {
    case "all":
      return { kind: "all" };
    case "labels":
      return { kind: "label", label: targets.labels[0] };
    case "nodes":
      return { kind: "node", nodeId: nodeNamed(targets.names[0], nodes).nodeId };
  }
}

/** Shows which node meets which requirement. Returns 1 if one is unmet. */
export async function runRequirements(
  { json }: { readonly json: boolean },
  { terminal, fleet }: Pick<FleetContext, "terminal" | "fleet">,
): Promise<number> {
  const listing = await fleet.requirements();
  if (json) terminal.out(jsonLine(listing));
  else terminal.out(requirementsText(listing, { columnsMax: terminal.outColumns, color: terminal.outColor }));
  const isUnmet = listing.requirements.some(({ nodes }) => nodes.some(({ state }) => state === "unmet"));
  return isUnmet ? EXIT_SOME_FAILED : EXIT_OK;
}

/** Formats the requirements as a table, and the models that only some nodes get below it. */
export function requirementsText(
  { requirements, bindings }: RequirementsListing,
  options: { columnsMax: number; color: boolean },
): string {
  const count = requirements.reduce((sum, { nodes }) => sum + Math.max(1, nodes.length), 0);
  const rows = requirements.flatMap(({ target, requirement, nodes }) => {
    const of = targetText(target, nodes[0]?.name);
    if (nodes.length === 0) return [[requirement, of, "", "", "No such node is known yet."]];
    const shown = count <= FULL_ROWS_MAX ? nodes : nodes.filter(({ state }) => state !== "met");
    const met = nodes.length - shown.length;
    return [
      ...met === 0 ? [] : [[requirement, of, counted(met, "node"), "met", ""]],
      ...shown.map(({ name, state, reason }) => [requirement, of, printable(name), state, printable(reason ?? "")]),
    ];
  });
  const table = rows.length === 0 ? "Nothing is required of any node.\n" : renderTable(COLUMNS, rows, options);
  const bound = bindings.map(({ model, labels }) =>
    `${model} is only for nodes with the label ${labels.join(" and ")}.\n`
  );
  return table + bound.join("");
}

function targetText(target: RequirementTarget, name: string | undefined): string {
  switch (target.kind) {
    case "all":
      return "all nodes";
    case "label":
      return `label ${target.label}`;
    case "node":
      return printable(name ?? target.nodeId);
  }
}
