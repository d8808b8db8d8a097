import { DEFAULT_GALLERY } from "../../../protocol/kernel/people_names.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { AcceptGalleryFailure, AcceptGalleryReady, PublishGallery } from "../messages/command.ts";
import type { GalleryEvent, GalleryFailed, GalleryOffered, GalleryReady } from "../messages/gallery_event.ts";
import type { MasterState, ModelState, Moment, NodeState, RefusedOutcome } from "../state/state.ts";

/** These are the people from now on: every connected node is offered them at once. What is older than what there is comes too late. */
export function publishGallery(
  state: MasterState,
  { type: _, ...published }: PublishGallery,
  now: Moment,
): GalleryEvent[] {
  const { gallery, version, index } = published;
  const known = state.galleries.get(gallery);
  if (known === undefined && state.galleries.size >= LIMITS.galleriesMax) return [];
  if (known !== undefined && known.version > version) return [];
  if (known?.version === version && known.index.digest === index.digest) return [];
  const events: GalleryEvent[] = [{ type: "gallery_published", ...published, atMs: now.nowMs }];
  for (const { connection, record: { nodeId } } of state.nodes.values()) {
    if (connection !== null) events.push(offerOf(nodeId, published, now));
  }
  return events;
}

/** There are no such people any more, also of a gallery that was there before this master started. */
export function retireGallery(state: MasterState, gallery: string): GalleryEvent[] {
  if (state.retiredGalleries.has(gallery)) return [];
  const events: GalleryEvent[] = [];
  for (const { connection, record: { nodeId } } of state.nodes.values()) {
    if (connection !== null) events.push({ type: "gallery_withdrawn", nodeId, gallery });
  }
  return [...events, { type: "gallery_retired", gallery }];
}

/** What a node that just came in is told: which galleries there are, and which it may still have that are no more. */
export function galleriesFor(state: MasterState, nodeId: string, now: Moment): GalleryEvent[] {
  const withdrawn = [...state.retiredGalleries].map((gallery) => ({
    type: "gallery_withdrawn" as const,
    nodeId,
    gallery,
  }));
  return [...withdrawn, ...[...state.galleries.values()].map((gallery) => offerOf(nodeId, gallery, now))];
}

/** Galleries that a node could not have, for a reason that may have passed. */
export function offerGalleriesAgain(state: MasterState, now: Moment): GalleryOffered[] {
  const events: GalleryOffered[] = [];
  for (const { connection, record: { nodeId } } of state.nodes.values()) {
    if (connection === null) continue;
    for (const [name, { state: status, sinceMs }] of connection.galleries) {
      const gallery = state.galleries.get(name);
      if (gallery === undefined || status !== "failed") continue;
      if (now.nowMs - sinceMs >= state.settings.offerAgainMs) events.push(offerOf(nodeId, gallery, now));
    }
  }
  return events;
}

/** A version is in force on the node; never one that was not published. */
export function acceptGalleryReady(
  state: MasterState,
  { nodeId, message: { type: _, ...ready } }: AcceptGalleryReady,
  now: Moment,
): GalleryReady[] {
  const gallery = state.galleries.get(ready.gallery);
  if (gallery === undefined || ready.version > gallery.version) return [];
  return [{ type: "gallery_ready", nodeId, ...ready, atMs: now.nowMs }];
}

/** The node cannot have a version; of one that is not the newest any more nobody needs to know. */
export function acceptGalleryFailure(
  state: MasterState,
  { nodeId, message: { type: _, ...failure } }: AcceptGalleryFailure,
  now: Moment,
): GalleryFailed[] {
  if (state.galleries.get(failure.gallery)?.version !== failure.version) return [];
  return [{ type: "gallery_failed", nodeId, ...failure, atMs: now.nowMs }];
}

/**
 * Whose faces a task looks for that asks for `gallery`: null when there is nobody enrolled, or when the default gallery is
 * not there or was made by another embedder than the model has; any other that cannot be asked is a refusal.
 */
export function galleryAsked(
  state: MasterState,
  gallery: string | null,
  model: Pick<ModelState, "name" | "document">,
): { readonly gallery: string | null } | RefusedOutcome {
  if (gallery === null) return { gallery: null };
  const known = state.galleries.get(gallery);
  if (known === undefined) {
    if (gallery === DEFAULT_GALLERY) return { gallery: null };
    return { ok: false, code: "gallery_unknown", reason: `There is no gallery ${gallery}.` };
  }
  if (!model.document.files.some(({ digest }) => digest === known.embedder)) {
    if (gallery === DEFAULT_GALLERY) return { gallery: null };
    const reason = `The faces of the gallery ${gallery} were not embedded by ${model.name}: it cannot compare them.`;
    return { ok: false, code: "gallery_unfit", reason };
  }
  return { gallery: known.people > 0 ? gallery : null };
}

/** How many nodes have a version in force, may yet have it, or cannot. */
export interface GalleryReach {
  readonly ready: number;
  readonly pending: number;
  readonly failed: number;
}

/** How far `version` of a gallery has come, of the nodes that take work and have, or will have, its embedder. */
export function reachOf(state: MasterState, { gallery, version }: { gallery: string; version: number }): GalleryReach {
  const reach = { ready: 0, pending: 0, failed: 0 };
  const known = state.galleries.get(gallery);
  if (known === undefined) return reach;
  for (const node of state.nodes.values()) {
    if (!couldAsk(state, node, known.embedder)) continue;
    const status = node.connection?.galleries.get(gallery);
    const readyVersion = status?.readyVersion ?? null;
    if (readyVersion !== null && readyVersion >= version) reach.ready++;
    else if (status?.state === "failed") reach.failed++;
    else reach.pending++;
  }
  return reach;
}

function couldAsk({ models }: MasterState, { connection }: NodeState, embedder: string): boolean {
  if (connection === null || connection.draining) return false;
  for (const [manifestDigest, { state }] of connection.models) {
    if (state !== "ready" && state !== "offered") continue;
    if (models.get(manifestDigest)?.document.files.some(({ digest }) => digest === embedder)) return true;
  }
  return false;
}

function offerOf(
  nodeId: string,
  { gallery, version }: { gallery: string; version: number },
  { nowMs: atMs }: Moment,
): GalleryOffered {
  return { type: "gallery_offered", nodeId, gallery, version, atMs };
}
