/** A directed graph: the names of nodes, each with the names that it points to. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * Returns the groups of nodes that reach each other, sorted. In an import graph these are files
 * that can only be read together. A node alone is a group only if it points to itself. Each group
 * is found by walking forwards and backwards from its first node.
 */
export function circlesOf(graph: Graph): string[][] {
  const reversed = reverse(graph);
  const grouped = new Set<string>();
  const circles: string[][] = [];
  for (const node of [...graph.keys()].sort()) {
    if (grouped.has(node)) continue;
    const before = reachableFrom(node, reversed);
    const circle = [...reachableFrom(node, graph)].filter((other) => before.has(other)).sort();
    for (const other of circle) grouped.add(other);
    if (circle.length > 0) circles.push(circle);
  }
  return circles;
}

/** Returns the shortest way from `start` back to `start`, both ends included. */
export function shortestCircle(graph: Graph, start: string): string[] {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (next === start) return [...wayTo(node, cameFrom), start];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return [];
}

function wayTo(node: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const before = cameFrom.get(node);
  return before === undefined ? [node] : [...wayTo(before, cameFrom), node];
}

/** Returns the nodes behind `start`; itself is among them only if it lies in a circle. */
function reachableFrom(start: string, graph: Graph): Set<string> {
  const reached = new Set<string>();
  const queue = [start];
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      queue.push(next);
    }
  }
  return reached;
}

function reverse(graph: Graph): Graph {
  const reversed = new Map<string, string[]>([...graph.keys()].map((node) => [node, []]));
  for (const [node, targets] of graph) for (const target of targets) reversed.get(target)?.push(node);
  return reversed;
}
