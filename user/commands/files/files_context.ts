import type { NodeListing } from "../../../protocol/http_api/api.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import type { NodeTargets } from "../../cli/nodes/nodes_command.ts";
import type { ClusterClient } from "../../client/cluster_client.ts";
import type { FilesClient } from "../../client/files_client.ts";
import { printable } from "../../terminal/render.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { chooseNodes } from "../fleet/choose_nodes.ts";

/** Ports of a command about files of nodes. */
export interface FilesContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly progress: boolean;
  readonly cluster: Pick<ClusterClient, "nodes">;
  readonly files: FilesClient;
  /** Runs `work` with a client of its own, for a moment, after the command was interrupted. */
  readonly afterwards: (work: (files: FilesClient) => Promise<void>) => Promise<void>;
  /** Directory that paths of this host are relative to. */
  readonly currentDirectory: string;
}

/** Returns the nodes that are meant; standard error names those of a group that are not connected. */
export async function nodesFor(
  targets: NodeTargets,
  { cluster, terminal }: Pick<FilesContext, "cluster" | "terminal">,
): Promise<readonly NodeListing[]> {
  const { asked, skipped } = chooseNodes(targets, await cluster.nodes());
  for (const { name } of skipped) terminal.error(`${printable(name)} is not connected, and is left out.\n`);
  return asked;
}
