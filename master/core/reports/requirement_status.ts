import type { Compliance } from "../../../protocol/http_api/fleet_api.ts";
import { type NodeRequirement, parseNodeRequirement } from "../../../protocol/kernel/node_requirement.ts";
import { targetNameOf } from "../../../protocol/program/executable.ts";
import { isOlder } from "../decide/unmet_requirements.ts";
import { programFor } from "../decide/decide_programs.ts";
import { unmetBinding } from "../fleet/node_labels.ts";
import { requiredModel } from "../fleet/required_models.ts";
import type { MasterState, NodeState } from "../state/state.ts";

/** Compliance of a node with a requirement, without its name. */
export type Verdict = Pick<Compliance, "state" | "reason">;

const MET: Verdict = { state: "met", reason: null };

/**
 * Returns whether a node meets a requirement, and if not, what is missing and whether the node will
 * get it without further action.
 */
export function complianceOf(state: MasterState, node: NodeState, requirement: string): Verdict {
  const parsed = parseNodeRequirement(requirement);
  if (parsed === null) return { state: "unmet", reason: "This version of dml does not know such a requirement." };
  switch (parsed.kind) {
    case "model":
      return modelVerdict(state, node, parsed);
    case "dml":
      return programVerdict(state, node, parsed.version);
    case "memory": {
      const { memoryBytes } = node.record.capabilities;
      if (memoryBytes >= parsed.bytes) return MET;
      return { state: "unmet", reason: `Its host has ${inMebibytes(memoryBytes)} of memory.` };
    }
    case "disk":
      return diskVerdict(node, parsed.bytes);
  }
}

function modelVerdict(
  state: MasterState,
  node: NodeState,
  wanted: Extract<NodeRequirement, { kind: "model" }>,
): Verdict {
  const model = requiredModel(state, wanted);
  if (model === undefined) return { state: "unmet", reason: "The master does not serve this model." };
  const unbound = unmetBinding(state, wanted.name, node.record);
  if (unbound !== null) return { state: "unmet", reason: unbound };
  if (node.connection === null) return { state: "unknown", reason: "It is not connected." };
  const status = node.connection.models.get(model.manifest.digest);
  switch (status?.state) {
    case "ready":
      return MET;
    case undefined:
      return { state: "converging", reason: "It is about to be offered the model." };
    case "offered":
      return { state: "converging", reason: "It is fetching or loading the model." };
    case "failed":
      return { state: status.retryable ? "converging" : "unmet", reason: status.reason };
    case "unsuitable":
      return { state: "unmet", reason: status.reason };
  }
}

function programVerdict(state: MasterState, node: NodeState, wanted: string): Verdict {
  const { record: { nodeId, version, capabilities }, connection } = node;
  if (!isOlder(version, wanted)) return MET;
  const runs = `It runs dml ${version}.`;
  const program = programFor(state, node);
  if (program === null || isOlder(program.version, wanted)) {
    const reason = `${runs} The master has no program for ${targetNameOf(capabilities)} that is new enough.`;
    return { state: "unmet", reason };
  }
  const status = state.programStatuses.get(nodeId);
  if (status?.digest === program.digest && (status.state === "declined" || status.state === "failed")) {
    const isLasting = status.state === "declined";
    return { state: isLasting ? "unmet" : "converging", reason: `${runs} ${status.reason ?? "It took no newer one."}` };
  }
  if (connection === null && status?.state !== "restarting") {
    return { state: "unknown", reason: `${runs} It is not connected.` };
  }
  return { state: "converging", reason: `${runs} The master offers it dml ${program.version}.` };
}

function diskVerdict({ connection }: NodeState, bytes: number): Verdict {
  if (connection === null) return { state: "unknown", reason: "It is not connected." };
  const free = connection.availability?.diskFreeBytes;
  if (free === undefined) return { state: "unknown", reason: "It has not reported how much is free on its disk." };
  return free >= bytes ? MET : { state: "unmet", reason: `${inMebibytes(free)} are free on its disk.` };
}

function inMebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1_048_576)} MiB`;
}
