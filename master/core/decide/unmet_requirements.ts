import type { Capabilities } from "../../../protocol/messages/hello.ts";
import type { Requirements } from "../../../protocol/messages/model.ts";

interface MeasuredMemory {
  /** Most memory of one worker that a node has measured, in bytes; absent if none has. */
  readonly measuredBytes?: number;
}

/**
 * Returns the requirement of a model that a node does not meet, as a sentence, or `null` if it
 * meets all. `version` is the version of dml on the node.
 */
export function unmetRequirements(
  { engine, memoryBytes, measuredBytes, dml, operatorSets = [] }: Requirements & MeasuredMemory,
  node: Capabilities & { readonly version: string },
): string | null {
  if (engine !== "none" && !node.engines.includes(engine)) {
    return `It needs the engine ${engine}.`;
  }
  if (memoryBytes > node.memoryBytes) {
    return `It needs ${mebibytes(memoryBytes)} MiB of memory; the host has ${mebibytes(node.memoryBytes)}.`;
  }
  if (measuredBytes !== undefined && measuredBytes * node.workers > node.memoryBytes) {
    return `It took ${mebibytes(measuredBytes)} MiB a worker on another node; ` +
      `the host has ${mebibytes(node.memoryBytes)} for ${node.workers} of them.`;
  }
  if (dml !== undefined && isOlder(node.version, dml)) {
    return `It needs dml ${dml} or later; this is ${node.version}.`;
  }
  for (const { domain, version } of operatorSets) {
    const known = node.operatorSets?.find((set) => set.domain === domain);
    if (node.operatorSets === undefined || (known !== undefined && known.version >= version)) continue;
    return `It needs version ${version} of the operators of ${domain}; its engine has ` +
      (known === undefined ? "none of them." : `up to ${known.version}.`);
  }
  return null;
}

/** Returns true if version `one` precedes `other`; only the three numbers are compared. */
export function isOlder(one: string, other: string): boolean {
  const [ours, theirs] = [one, other].map((text) => text.split(/[.+-]/).slice(0, 3).map(Number));
  for (let part = 0; part < 3; part++) {
    const difference = (ours[part] || 0) - (theirs[part] || 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1_048_576);
}
