import type { NodeListing } from "../../../protocol/http_api/api.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { hasLabels } from "../../../protocol/kernel/labels.ts";
import { nearest } from "../../../protocol/kernel/suggest.ts";
import type { NodeTargets } from "../../cli/nodes/nodes_command.ts";

/** Nodes that a command is about. */
export interface ChosenNodes {
  readonly asked: readonly NodeListing[];
  /** Nodes of a group that are not connected, and so are passed over. */
  readonly skipped: readonly NodeListing[];
}

/**
 * Returns the nodes that `targets` name. A group has no nodes that wait for approval or were
 * removed, and passes over nodes that are not connected; a node that is named is asked in any case.
 * Throws `node_unknown` for a name that no node or more than one has, and for a label that no node
 * has.
 */
export function chooseNodes(targets: NodeTargets, nodes: readonly NodeListing[]): ChosenNodes {
  if (targets.kind === "nodes") {
    return { asked: [...new Set(targets.names.map((name) => nodeNamed(name, nodes)))], skipped: [] };
  }
  const present = nodes.filter(isPresent);
  const group = targets.kind === "all"
    ? present
    : present.filter(({ labels = [] }) => hasLabels(labels, targets.labels));
  if (group.length === 0) {
    const which = targets.kind === "all"
      ? "No node has joined yet."
      : `No node has the label ${targets.labels.join(" and ")}.`;
    throw new DmlError("node_unknown", which);
  }
  return {
    asked: group.filter(({ state }) => state !== "offline"),
    skipped: group.filter(({ state }) => state === "offline"),
  };
}

/** Returns true if the node was let in and has not been removed. */
function isPresent({ state }: NodeListing): boolean {
  return state !== "waiting" && state !== "removed";
}

/**
 * Returns the node with this id or name; among several with that name, the only one that is meant:
 * by default the one that neither waits nor was removed. Throws `node_unknown` if there is none, or
 * more than one with that name.
 */
export function nodeNamed(
  wanted: string,
  nodes: readonly NodeListing[],
  { isMeant = isPresent }: { isMeant?: (node: NodeListing) => boolean } = {},
): NodeListing {
  const named = nodes.filter(({ nodeId, name }) => nodeId === wanted || name === wanted);
  const meant = named.filter(isMeant);
  const matches = meant.length === 0 ? named : meant;
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
