import { MASTER_SOURCE, type SourcedRecord } from "../../protocol/http_api/log_api.ts";
import type { NamedNode } from "./log_query.ts";
import type { StoredRecord } from "./stored_record.ts";

/**
 * Returns `records` with the names of their sources. A node that shares its name with another one of
 * `nodes`, or is called like the master, is named with its id, so that none passes for another.
 */
export function sourcedRecords(
  records: readonly StoredRecord[],
  { nodes }: { nodes: readonly NamedNode[] },
): SourcedRecord[] {
  const owners = new Map<string, Set<string>>([[MASTER_SOURCE, new Set([MASTER_SOURCE])]]);
  const own = ({ nodeId, name }: NamedNode) => owners.set(name, (owners.get(name) ?? new Set()).add(nodeId));
  nodes.forEach(own);
  for (const { node } of records) if (node !== null) own(node);
  return records.map(({ cursor, node, timeMs, level, message, fields }) => {
    const isShared = node !== null && (owners.get(node.name)?.size ?? 0) > 1;
    const source = node === null ? MASTER_SOURCE : isShared ? `${node.name} (${node.nodeId})` : node.name;
    return { cursor, nodeId: node?.nodeId ?? null, source, timeMs, level, message, fields };
  });
}
