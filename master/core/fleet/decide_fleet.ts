import type { RequirementTarget } from "../../../protocol/http_api/fleet_api.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import { labelKey, labelsInForce } from "../../../protocol/kernel/labels.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { CommandFinished, MasterEvent } from "../messages/event.ts";
import type { BindModel, ChangeLabels, ChangeRequirement, FleetCommand } from "../messages/fleet_command.ts";
import { requirementKey } from "../state/fleet.ts";
import type { MasterState, Moment } from "../state/state.ts";
import { labelsOf } from "./node_labels.ts";

/** Decides a command about nodes as a group. The last event is the answer to the caller. */
export function decideFleet(state: MasterState, command: FleetCommand, now: Moment): MasterEvent[] {
  switch (command.type) {
    case "change_labels":
      return changeLabels(state, command);
    case "change_requirement":
      return changeRequirement(state, command, now);
    case "bind_model":
      return bindModel(command);
  }
}

function changeLabels(state: MasterState, { commandId, nodeId, change }: ChangeLabels): MasterEvent[] {
  const node = state.nodes.get(nodeId);
  if (node === undefined) return refused(commandId, "node_unknown", `There is no node ${nodeId}.`);
  const changes = new Map<string, string | null>([
    ...change.remove.map((key): [string, null] => [key, null]),
    ...change.set.map((label): [string, string] => [labelKey(label), label]),
  ]);
  const all = new Map([...state.fleet.labels.get(nodeId) ?? [], ...changes]);
  if (all.size > LIMITS.nodeLabelsMax) {
    const detail = `A node has at most ${LIMITS.nodeLabelsMax} labels, removed ones included.`;
    return refused(commandId, "request_invalid", detail);
  }
  const labels = labelsInForce(labelsOf(state, node.record), changes);
  const detail = labels.length === 0 ? "It has no labels now." : `Its labels are now ${labels.join(", ")}.`;
  return [{ type: "labels_changed", nodeId, change }, done(commandId, detail)];
}

function changeRequirement(
  state: MasterState,
  { commandId, change: { target, requirement, isRequired } }: ChangeRequirement,
  { wallMs: sinceMs }: Moment,
): MasterEvent[] {
  const { requirements } = state.fleet;
  const place = targetName(state, target);
  const known = requirements.get(requirementKey({ target, requirement }));
  if (!isRequired) {
    if (known === undefined) {
      return refused(commandId, "request_invalid", `${requirement} is not required of ${place}.`);
    }
    return [
      { type: "requirement_dropped", target, requirement },
      done(commandId, `${known.requirement} is no longer required of ${place}.`),
    ];
  }
  if (target.kind === "node" && !state.nodes.has(target.nodeId)) {
    return refused(commandId, "node_unknown", `There is no node ${target.nodeId}.`);
  }
  if (known === undefined && requirements.size >= LIMITS.requirementsMax) {
    const detail = `There are ${LIMITS.requirementsMax} requirements already; drop one first.`;
    return refused(commandId, "request_invalid", detail);
  }
  const replaced = known === undefined || known.requirement === requirement ? "" : ` instead of ${known.requirement}`;
  return [
    { type: "requirement_stated", stated: { target, requirement, sinceMs: known?.sinceMs ?? sinceMs } },
    done(commandId, `${requirement} is required of ${place}${replaced}.`),
  ];
}

function bindModel({ commandId, name, labels }: BindModel): MasterEvent[] {
  const detail = labels.length === 0
    ? `${name} is offered to every node.`
    : `${name} is offered only to nodes with the ${labels.length === 1 ? "label" : "labels"} ${labels.join(" and ")}.`;
  return [{ type: "model_bound", name, labels: [...labels].sort() }, done(commandId, detail)];
}

/** Returns the nodes of a target in words. */
function targetName({ nodes }: MasterState, target: RequirementTarget): string {
  switch (target.kind) {
    case "all":
      return "all nodes";
    case "label":
      return `nodes with the label ${target.label}`;
    case "node":
      return nodes.get(target.nodeId)?.record.name ?? target.nodeId;
  }
}

function done(commandId: string, detail: string): CommandFinished {
  return { type: "command_finished", commandId, code: null, detail };
}

function refused(commandId: string, code: ErrorCode, detail: string): MasterEvent[] {
  return [{ type: "command_finished", commandId, code, detail }];
}
