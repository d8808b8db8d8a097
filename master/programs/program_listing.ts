import type { NodeProgram, ProgramsListing } from "../../protocol/http_api/program_api.ts";
import { targetNameOf } from "../../protocol/program/executable.ts";
import { programFor } from "../core/decide/decide_programs.ts";
import type { MasterState, NodeState } from "../core/state/state.ts";

/**
 * Lists the executables that the master holds, and the status of each node with the one for its
 * target.
 */
export function listPrograms(state: MasterState, version: string): ProgramsListing {
  return {
    version,
    programs: [...state.programs.values()],
    nodes: [...state.nodes.values()].filter(({ record }) => record.standing !== "removed")
      .map((node) => statusOf(state, node)),
  };
}

function statusOf(state: MasterState, node: NodeState): NodeProgram {
  const { nodeId, name, version, capabilities } = node.record;
  const program = programFor(state, node);
  const status = state.programStatuses.get(nodeId);
  const isAbout = program !== null && status?.digest === program.digest ? status : null;
  return {
    nodeId,
    name,
    isConnected: node.connection !== null,
    target: targetNameOf(capabilities),
    version,
    state: program === null ? "current" : isAbout?.state ?? "waiting",
    reason: isAbout?.reason ?? null,
  };
}
