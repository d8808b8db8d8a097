import { DEFAULT_GALLERY } from "../../../protocol/kernel/people_names.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { AcceptGalleryFailure, AcceptGalleryReady, PublishGallery } from "../messages/command.ts";
import type { GalleryEvent, GalleryFailed, GalleryOffered, GalleryReady } from "../messages/gallery_event.ts";
import type { MasterState, ModelState, Moment, NodeState, RefusedOutcome } from "../state/state.ts";

/**
 * Publishes a version of a gallery and offers it at once to every connected node. A version older
 * than the current one is ignored.
 */
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

/**
 * Retires a gallery and notifies every connected node, even of a gallery from before this master
 * started.
 */
export function retireGallery(state: MasterState, gallery: string): GalleryEvent[] {
  if (state.retiredGalleries.has(gallery)) return [];
  const events: GalleryEvent[] = [];
  for (const { connection, record: { nodeId } } of state.nodes.values()) {
    if (connection !== null) events.push({ type: "gallery_withdrawn", nodeId, gallery });
  }
  return [...events, { type: "gallery_retired", gallery }];
}

/**
 * Returns the events for a node that has just connected: offers of all galleries, and notices of
 * retired ones that it may still have.
 */
export function galleriesFor(state: MasterState, nodeId: string, now: Moment): GalleryEvent[] {
  const withdrawn = [...state.retiredGalleries].map((gallery) => ({
    type: "gallery_withdrawn" as const,
    nodeId,
    gallery,
  }));
  return [...withdrawn, ...[...state.galleries.values()].map((gallery) => offerOf(nodeId, gallery, now))];
}

/** Offers galleries again that a node could not load for a reason that may have passed. */
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

/** Records the version in use on the node, unless that version was never published. */
export function acceptGalleryReady(
  state: MasterState,
  { nodeId, message: { type: _, ...ready } }: AcceptGalleryReady,
  now: Moment,
): GalleryReady[] {
  const gallery = state.galleries.get(ready.gallery);
  if (gallery === undefined || ready.version > gallery.version) return [];
  return [{ type: "gallery_ready", nodeId, ...ready, atMs: now.nowMs }];
}

/** Records that the node cannot load a version, unless a newer one was published since. */
export function acceptGalleryFailure(
  state: MasterState,
  { nodeId, message: { type: _, ...failure } }: AcceptGalleryFailure,
  now: Moment,
): GalleryFailed[] {
  if (state.galleries.get(failure.gallery)?.version !== failure.version) return [];
  return [{ type: "gallery_failed", nodeId, ...failure, atMs: now.nowMs }];
}

/**
 * Returns the gallery to search for a task that asks for `gallery`. It is `null` if nobody is
 * enrolled in it, or if the default gallery does not exist or was made by an embedder that the
 * model does not have. Any other gallery that cannot be searched is refused with `gallery_unknown`
 * or `gallery_unfit`.
 */
export function resolveGallery(
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

/** Numbers of nodes that use a version, may still load it, or cannot. */
export interface GalleryReach {
  readonly ready: number;
  readonly pending: number;
  readonly failed: number;
}

/**
 * Counts how many nodes use `version` of a gallery, of those that accept work and have, or will
 * have, its embedder.
 */
export function reachOf(state: MasterState, { gallery, version }: { gallery: string; version: number }): GalleryReach {
  const reach = { ready: 0, pending: 0, failed: 0 };
  const known = state.galleries.get(gallery);
  if (known === undefined) return reach;
  for (const node of state.nodes.values()) {
    if (!couldSearch(state, node, known.embedder)) continue;
    const status = node.connection?.galleries.get(gallery);
    const readyVersion = status?.readyVersion ?? null;
    if (readyVersion !== null && readyVersion >= version) reach.ready++;
    else if (status?.state === "failed") reach.failed++;
    else reach.pending++;
  }
  return reach;
}

function couldSearch({ models }: MasterState, { connection }: NodeState, embedder: string): boolean {
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
