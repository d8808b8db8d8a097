import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { invariant } from "../../../protocol/kernel/invariant.ts";
import { connectionOf, nodeOf } from "./apply_nodes.ts";
import type { GalleryEvent, GalleryPublished } from "../messages/gallery_event.ts";
import type { NodeGallery } from "../state/gallery_state.ts";
import type { MasterState } from "../state/state.ts";

/** Applies an event about galleries. */
export function applyGalleryEvent(state: MasterState, event: GalleryEvent): void {
  switch (event.type) {
    case "gallery_published":
      return applyPublished(state, event);
    case "gallery_retired":
      return applyRetired(state, event.gallery);
    case "gallery_withdrawn":
      connectionOf(nodeOf(state, event.nodeId)).galleries.delete(event.gallery);
      return;
    case "gallery_offered":
      return place(state, event, { state: "offered" });
    case "gallery_ready": {
      const { newest } = statusOf(state, event);
      // A node that comes back may report an older version first; the newest is on its way then.
      return place(state, event, {
        state: event.version === newest ? "ready" : "offered",
        readyVersion: event.version,
      });
    }
    case "gallery_failed":
      return place(state, event, { state: "failed", reason: event.reason });
  }
}

function applyPublished(state: MasterState, { type: _, atMs, ...published }: GalleryPublished): void {
  state.retiredGalleries.delete(published.gallery);
  state.galleries.set(published.gallery, { ...published, publishedAtMs: atMs });
}

function applyRetired(state: MasterState, gallery: string): void {
  state.galleries.delete(gallery);
  state.retiredGalleries.add(gallery);
  if (state.retiredGalleries.size <= LIMITS.galleriesMax) return;
  const [oldest] = state.retiredGalleries;
  state.retiredGalleries.delete(oldest);
}

function place(
  state: MasterState,
  event: { nodeId: string; gallery: string; atMs: number },
  change: Pick<NodeGallery, "state"> & Partial<NodeGallery>,
): void {
  const { before } = statusOf(state, event);
  const readyVersion = before?.readyVersion ?? null;
  const { galleries } = connectionOf(nodeOf(state, event.nodeId));
  galleries.set(event.gallery, { readyVersion, sinceMs: event.atMs, reason: null, ...change });
}

function statusOf(
  state: MasterState,
  { nodeId, gallery }: { nodeId: string; gallery: string },
): { newest: number; before: NodeGallery | undefined } {
  const published = state.galleries.get(gallery);
  invariant(published !== undefined, `the gallery ${gallery} is not known`);
  return { newest: published.version, before: connectionOf(nodeOf(state, nodeId)).galleries.get(gallery) };
}
