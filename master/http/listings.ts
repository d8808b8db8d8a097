import type { RegisteredRecognizer } from "../../models/registry.ts";
import type { NodeListing, NodeRecognizer, RecognizerDetail, RecognizerListing } from "../../protocol/http_api/api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { MasterState, NodeState, RecognizerState } from "../core/state/state.ts";

/** The nodes that have ever registered, for whoever runs the cluster. */
export function listNodes(state: MasterState): NodeListing[] {
  return [...state.nodes.values()].map((node) => listingOf(state, node));
}

function listingOf(state: MasterState, node: NodeState): NodeListing {
  const { record, connection } = node;
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
    recognizers: [...state.recognizers.values()].flatMap((recognizer) => standingOf(node, recognizer)),
  };
}

function conditionOf({ connection }: NodeState): NodeListing["state"] {
  if (connection === null) return "offline";
  if (connection.suspect) return "suspect";
  return connection.draining ? "draining" : "ready";
}

function standingOf({ connection }: NodeState, recognizer: RecognizerState): NodeRecognizer[] {
  const standing = connection?.recognizers.get(recognizer.manifest.digest);
  if (standing === undefined) return [];
  const { state, imagesPerSecond, reason } = standing;
  return [{ recognizer: recognizer.name, state, imagesPerSecond, reason }];
}

/** How each connected node stands to one recognizer. */
export function standingsOf(state: MasterState, manifestDigest: Digest): RecognizerDetail["nodes"] {
  const recognizer = state.recognizers.get(manifestDigest);
  if (recognizer === undefined) return [];
  return [...state.nodes.values()].flatMap((node) =>
    standingOf(node, recognizer).map((standing) => ({ nodeId: node.record.nodeId, name: node.record.name, standing }))
  );
}

/** The recognizers that are served, and those of `all` that nobody has asked for yet. */
export function listRecognizers(state: MasterState, all: readonly RegisteredRecognizer[]): RecognizerListing[] {
  const served = [...state.recognizers.values()];
  const unasked = all.filter(({ digest }) => !state.recognizers.has(digest)).map((
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
    bytes: document.layers.reduce((bytes, { size }) => bytes + size, manifest.size),
    requirements: document.requirements,
    readyNodes: countReady(state, manifest.digest),
  }));
}

function countReady(state: MasterState, manifestDigest: RecognizerListing["manifestDigest"]): number {
  let count = 0;
  for (const { connection } of state.nodes.values()) {
    if (connection?.recognizers.get(manifestDigest)?.state === "ready") count++;
  }
  return count;
}
