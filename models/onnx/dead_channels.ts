import { type OnnxGraph, type OnnxNode, type OnnxWeights, readGraph } from "./graph.ts";
import { MODEL } from "./onnx_fields.ts";
import { readFields } from "./protobuf.ts";
import { type GraphChanges, rewriteGraph } from "./rewrite_graph.ts";

/** The activations that map zero to zero. */
const KEEPS_ZERO: ReadonlySet<string> = new Set(["Relu", "PRelu"]);

/**
 * The building block of MobileNets: a convolution that widens, one that treats each channel alone,
 * one that narrows.
 */
interface Block {
  readonly widen: OnnxNode;
  readonly alone: OnnxNode;
  readonly narrow: OnnxNode;
  readonly activations: readonly OnnxNode[];
  readonly channels: number;
}

/**
 * Removes the channels of an ONNX file that add nothing to its answer: those that are zero whatever
 * the input, and those that nothing reads. Training with weight decay leaves many: a third of the
 * face embedder's work.
 *
 * The answer is the same but for the rounding of sums that are now shorter. Returns `bytes`
 * themselves if there is nothing to remove. Throws `model_invalid` if they are no ONNX file.
 */
export function removeDeadChannels(
  bytes: Uint8Array<ArrayBuffer>,
): { bytes: Uint8Array<ArrayBuffer>; removed: number } {
  const changes: GraphChanges = { kept: new Map(), groups: new Map() };
  let removed = 0;
  for (const field of readFields(bytes)) {
    if (field.number !== MODEL.graph || field.wireType !== "bytes") continue;
    const graph = readGraph(bytes, field);
    if (graph.hasSubgraphs) continue;
    for (const block of findBlocks(graph)) {
      const alive = aliveChannels(graph, block);
      if (alive.length === 0 || alive.length === block.channels) continue;
      removed += block.channels - alive.length;
      narrowBlock(changes, { graph, block, alive });
    }
  }
  return { bytes: removed === 0 ? bytes : rewriteGraph(bytes, changes), removed };
}

function findBlocks(graph: OnnxGraph): Block[] {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const uses = new Map<string, number>();
  for (const name of graph.nodes.flatMap((node) => node.inputs)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const isPrivate = (name: string) => uses.get(name) === 1 && !graph.outputs.has(name);

  /**
   * Returns the node whose output goes to `node` and nowhere else. Nodes come after those that they
   * need, except in a damaged file.
   */
  const previous = (node: OnnxNode): OnnxNode | undefined => {
    const found = isPrivate(node.inputs[0]) ? producers.get(node.inputs[0]) : undefined;
    return found && found.range.start < node.range.start ? found : undefined;
  };
  /** Returns the nodes before `node`: an activation perhaps, then another node. */
  const before = (node: OnnxNode): OnnxNode[] => {
    const nearest = previous(node);
    const next = nearest && KEEPS_ZERO.has(nearest.operator) ? previous(nearest) : undefined;
    return [nearest, next].filter((found) => found !== undefined);
  };

  return graph.nodes.flatMap((narrow) => {
    const [alone, ...second] = before(narrow).reverse();
    const [widen, ...first] = alone ? before(alone).reverse() : [];
    if (!alone || !widen) return [];
    const channels = weightsOf(graph, alone)?.dims[0] ?? 0;
    const block = { widen, alone, narrow, activations: [...first, ...second], channels };
    const weights = [widen, alone, narrow, ...block.activations].flatMap((node) => node.inputs.slice(1));
    return isBlock(graph, block) && weights.every(isPrivate) ? [block] : [];
  });
}

function isBlock(graph: OnnxGraph, { widen, alone, narrow, activations, channels }: Block): boolean {
  const isConvolution = [widen, alone, narrow].every((node) =>
    node.operator === "Conv" && node.inputs.slice(1).every((name) => graph.weights.has(name))
  );
  if (!isConvolution) return false;
  const [wide, lone, slim] = [widen, alone, narrow].map((node) => weightsOf(graph, node)?.dims ?? []);
  const fits = widen.group === 1 && narrow.group === 1 && alone.group === channels &&
    [wide, lone, slim].every((dims) => dims.length === 4) &&
    wide[0] === channels && lone[1] === 1 && slim[1] === channels;
  // The slope of a PRelu is one number, or one a channel.
  return fits && activations.every(({ inputs }) =>
    inputs.slice(1).every((name) => {
      const count = graph.weights.get(name)?.values.length;
      return count === 1 || (count === channels && graph.weights.get(name)?.dims[0] === channels);
    })
  );
}

/**
 * Returns the channels that may be other than zero and that the narrowing convolution reads, in
 * order.
 */
function aliveChannels(graph: OnnxGraph, { widen, alone, narrow, channels }: Block): number[] {
  const narrowWeights = weightsOf(graph, narrow);
  const isZeroAt = (node: OnnxNode, input: number, channel: number) => {
    const weights = graph.weights.get(node.inputs[input]);
    if (!weights) return true;
    const each = weights.values.length / channels;
    return weights.values.subarray(channel * each, (channel + 1) * each).every((value) => value === 0);
  };
  return Array.from({ length: channels }, (_, channel) => channel).filter((channel) => {
    const isZero = isZeroAt(widen, 1, channel) && isZeroAt(widen, 2, channel) && isZeroAt(alone, 2, channel);
    return !isZero && narrowWeights !== undefined && isLookedAt(narrowWeights, channel);
  });
}

function isLookedAt({ dims, values }: OnnxWeights, channel: number): boolean {
  const [, channels, height, width] = dims;
  const area = height * width;
  for (let at = channel * area; at < values.length; at += channels * area) {
    if (values.subarray(at, at + area).some((value) => value !== 0)) return true;
  }
  return false;
}

function narrowBlock(
  changes: GraphChanges,
  { graph, block, alive }: { graph: OnnxGraph; block: Block; alive: readonly number[] },
): void {
  const keep = (name: string, axis: 0 | 1) => {
    const known = changes.kept.get(name) ?? { weights: graph.weights.get(name), axes: [] };
    const axes = [...known.axes, { axis, indices: alive }];
    if (known.weights) changes.kept.set(name, { weights: known.weights, axes });
  };
  for (const node of [block.widen, block.alone]) node.inputs.slice(1).forEach((name) => keep(name, 0));
  for (const { inputs } of block.activations) {
    for (const name of inputs.slice(1)) {
      if (graph.weights.get(name)?.values.length === block.channels) keep(name, 0);
    }
  }
  keep(block.narrow.inputs[1], 1);
  changes.groups.set(block.alone.range.start, alive.length);
}

function weightsOf(graph: OnnxGraph, convolution: OnnxNode): OnnxWeights | undefined {
  return graph.weights.get(convolution.inputs[1]);
}
