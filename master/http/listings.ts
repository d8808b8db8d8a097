import type { RegisteredModel } from "../../models/registry.ts";
import type { ModelDetail, ModelListing, NodeListing, NodeModel } from "../../protocol/http_api/api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { labelsOf } from "../core/fleet/node_labels.ts";
import type { MasterState, ModelState, NodeRecord, NodeState } from "../core/state/state.ts";

/** Lists every node that the master knows, also those that wait or were removed. */
export function listNodes(state: MasterState): NodeListing[] {
  return [
    ...[...state.nodes.values()].map((node) => listingOf(state, node)),
    ...[...state.waiting.values()].map(waitingListing),
  ];
}

/** Returns the listing of a node that was let in; `undefined` if there is none with this id. */
export function listNode(state: MasterState, nodeId: string): NodeListing | undefined {
  const node = state.nodes.get(nodeId);
  return node === undefined ? undefined : listingOf(state, node);
}

function waitingListing(record: NodeRecord): NodeListing {
  const { standing: _, publicKey: __, ...rest } = record;
  return { ...rest, state: "waiting", running: 0, models: [] };
}

function listingOf(state: MasterState, node: NodeState): NodeListing {
  const { record, connection } = node;
  const labels = labelsOf(state, record);
  return {
    nodeId: record.nodeId,
    name: record.name,
    address: record.address,
    state: conditionOf(node),
    version: record.version,
    firstSeenMs: record.firstSeenMs,
    lastSeenMs: node.lastSeenMs,
    capabilities: record.capabilities,
    running: connection?.attempts.size ?? 0,
    completed: node.completed,
    models: [...state.models.values()].flatMap((model) => statusOf(node, model)),
    ...(labels.length === 0 ? {} : { labels }),
  };
}

function conditionOf({ connection, record: { standing } }: NodeState): NodeListing["state"] {
  if (standing === "removed") return "removed";
  if (connection === null) return "offline";
  if (connection.suspect) return "suspect";
  return connection.draining ? "draining" : "ready";
}

function statusOf({ connection }: NodeState, model: ModelState): NodeModel[] {
  const status = connection?.models.get(model.manifest.digest);
  if (status === undefined) return [];
  const { state, imagesPerSecond, reason } = status;
  return [{ model: model.name, state, imagesPerSecond, reason }];
}

/** Returns the state of a model on each node that was offered it. */
export function statusesOf(state: MasterState, manifestDigest: Digest): ModelDetail["nodes"] {
  const model = state.models.get(manifestDigest);
  if (model === undefined) return [];
  return [...state.nodes.values()].flatMap((node) =>
    statusOf(node, model).map((status) => ({ nodeId: node.record.nodeId, name: node.record.name, status }))
  );
}

/** Lists the models that are served and those of `all` that were never requested. */
export function listModels(state: MasterState, all: readonly RegisteredModel[]): ModelListing[] {
  const served = [...state.models.values()];
  const unasked = all.filter(({ digest }) => !state.models.has(digest)).map((
    { name, digest, bytes, manifest },
  ) => ({
    name,
    manifest: { digest, size: bytes.length },
    document: manifest,
  }));
  return [...served, ...unasked].map(({ name, manifest, document }) => ({
    name,
    description: document.description,
    license: document.license,
    manifestDigest: manifest.digest,
    bytes: document.files.reduce((bytes, { size }) => bytes + size, manifest.size),
    requirements: document.requirements,
    readyNodes: countReady(state, manifest.digest),
  }));
}

function countReady(state: MasterState, manifestDigest: ModelListing["manifestDigest"]): number {
  let count = 0;
  for (const { connection } of state.nodes.values()) {
    if (connection?.models.get(manifestDigest)?.state === "ready") count++;
  }
  return count;
}
