import { invariant } from "../../protocol/kernel/invariant.ts";
import type { GalleryOffer, GalleryRetire } from "../../protocol/messages/gallery.ts";
import type { NodeEvent } from "./event.ts";
import type { GalleryState, NodeState } from "./state.ts";

/**
 * Records a new version of a gallery. A version that is still active from an earlier connection is
 * announced at once, so that it can serve until the new version is active.
 */
export function applyGalleryOffer(state: NodeState, offer: GalleryOffer): void {
  const { gallery: name } = offer;
  const known = state.galleries.get(name);
  if (known === undefined) {
    if (state.galleries.size >= state.limits.galleriesMax) return refuse(state, offer);
    state.galleries.set(name, { ...NEW, name, offer });
    return;
  }
  const isSame = isInForce(known, offer);
  known.offer = offer;
  known.retired = false;
  if (known.phase === "dropping") return;
  if (known.inForce !== null && (isSame || !known.isAnnounced)) {
    known.fetchedBytes = 0;
    announce(state, known);
  }
  if (known.phase === "failed" || known.phase === "ready") known.phase = isSame ? "ready" : "offered";
}

const NEW = { phase: "offered", retired: false, inForce: null, isAnnounced: false, fetchedBytes: 0 } as const;

function refuse(state: NodeState, { gallery, version }: GalleryOffer): void {
  const reason = `This node already holds ${state.galleries.size} galleries.`;
  state.outbox.push({ type: "gallery.failed", gallery, version, code: "queue_full", reason });
}

/**
 * Marks the gallery as retired, so that the plan drops it. A gallery that this process does not
 * know is recorded as retired too: files of an earlier run may be left on disk and must be deleted.
 */
export function applyGalleryRetire(state: NodeState, { gallery: name }: GalleryRetire): void {
  const known = state.galleries.get(name);
  if (known !== undefined) known.retired = true;
  else if (state.galleries.size < state.limits.galleriesMax) {
    state.galleries.set(name, { ...NEW, name, offer: null, retired: true });
  }
}

/**
 * Records that every worker uses the version of `offer`. If a newer version was offered meanwhile,
 * that one is fetched next.
 */
export function applyGalleryTaken(
  state: NodeState,
  { offer, fetchedBytes }: Extract<NodeEvent, { kind: "galleryTaken" }>,
): void {
  const known = state.galleries.get(offer.gallery);
  if (known?.phase !== "fetching") return;
  known.inForce = offer;
  known.fetchedBytes = fetchedBytes;
  known.phase = isInForce(known, known.offer) ? "ready" : "offered";
  if (!known.retired) announce(state, known);
}

/**
 * Records that the version of `offer` could not be installed. The version that was active before
 * stays active.
 */
export function applyGalleryFailed(
  state: NodeState,
  { offer, failure }: Extract<NodeEvent, { kind: "galleryFailed" }>,
): void {
  const known = state.galleries.get(offer.gallery);
  if (known?.phase !== "fetching") return;
  const isNewest = known.offer?.index.digest === offer.index.digest;
  known.phase = isNewest ? "failed" : "offered";
  if (known.retired || !isNewest) return;
  const { gallery, version } = offer;
  state.outbox.push({ type: "gallery.failed", gallery, version, ...failure });
}

/**
 * Removes a gallery that the workers no longer use. If it was offered again while it was being
 * dropped, it starts over as `offered`.
 */
export function applyGalleryDropped(state: NodeState, name: string): void {
  const known = state.galleries.get(name);
  if (known?.phase !== "dropping") return;
  if (known.retired) state.galleries.delete(name);
  else {
    known.inForce = null;
    known.phase = "offered";
  }
}

/** Returns the gallery that an action of the plan names. It must exist. */
export function galleryOf(state: NodeState, name: string): GalleryState {
  const gallery = state.galleries.get(name);
  invariant(gallery !== undefined, `the plan named the gallery ${name}, which is gone`);
  return gallery;
}

function isInForce({ inForce }: GalleryState, offer: GalleryOffer | null): boolean {
  if (inForce === null || offer === null) return false;
  return inForce.index.digest === offer.index.digest && inForce.version === offer.version;
}

function announce(state: NodeState, gallery: GalleryState): void {
  const { name, inForce, fetchedBytes } = gallery;
  invariant(inForce !== null, `the gallery ${name} is announced before it is in force`);
  gallery.isAnnounced = true;
  state.outbox.push({ type: "gallery.ready", gallery: name, version: inForce.version, fetchedBytes });
}
