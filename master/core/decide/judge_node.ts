import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { JudgeNode } from "../messages/command.ts";
import type { CommandFinished, MasterEvent } from "../messages/event.ts";
import type { MasterState, NodeRecord } from "../state/state.ts";
import { removalOf } from "./admit_node.ts";
import { loseNode } from "./decide_nodes.ts";

/** Carries out the decision of an admin about a node, which may wait, be in, or be removed. */
export function judgeNode(state: MasterState, { commandId, nodeId, decision }: JudgeNode): MasterEvent[] {
  const finished = (detail: string, code: ErrorCode | null = null, advice?: string): CommandFinished => ({
    type: "command_finished",
    commandId,
    code,
    detail,
    ...advice === undefined ? {} : { advice },
  });
  const record = recordOf(state, nodeId);
  if (record === null) return [finished(`There is no node ${nodeId}.`, "node_unknown")];
  const { name, standing } = record;
  const judged = (next: NodeRecord["standing"], detail: string): MasterEvent[] => [
    { type: "node_judged", decision, record: { ...record, standing: next } },
    finished(detail),
  ];
  switch (decision) {
    case "approve":
      if (standing === "removed") {
        const advice = `\`dml nodes restore ${name}\` takes that back.`;
        return [finished(`The node ${name} was removed.`, "node_removed", advice)];
      }
      if (standing !== "waiting") return [finished("The node is in already.")];
      return judged("approved", "The node may come in; it does so within a second or two.");
    case "remove": {
      if (standing === "removed") return [finished("The node was removed already.")];
      if (countRemoved(state) >= state.settings.removedNodesMax) {
        const detail = `${state.settings.removedNodesMax} removed nodes are remembered already.`;
        const advice = "Restore those whose hosts are gone, with `dml nodes restore`; without a token they stay out.";
        return [finished(detail, "too_many_nodes", advice)];
      }
      const node = state.nodes.get(nodeId);
      const ending = { reason: removalOf(record), code: "node_removed" } as const;
      const lost = node === undefined ? [] : loseNode(state, node, ending);
      return [...lost, ...judged("removed", "The node is out, and its key is refused from now on.")];
    }
    case "restore":
      if (standing !== "removed") return [finished("The node is not removed.")];
      return judged("enrolled", "The node may come back; it tries at least once a minute.");
  }
}

/** Returns the record of a node that waits, is in, or is removed; `null` if there is none. */
function recordOf(state: MasterState, nodeId: string): NodeRecord | null {
  return state.nodes.get(nodeId)?.record ?? state.waiting.get(nodeId) ?? null;
}

function countRemoved(state: MasterState): number {
  let count = 0;
  for (const { record } of state.nodes.values()) if (record.standing === "removed") count++;
  return count;
}
