import type { GalleryListing, InForceAnswer } from "../../../protocol/http_api/people_api.ts";

/**
 * Formats a count with its noun, such as `3 people`. Unlike `counted` of render.ts it takes the
 * plural, which need not end in s.
 */
export function countedAs(count: number, one: string, more: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : more}`;
}

/** Formats the progress of a gallery change on the nodes. */
export function inForceText(gallery: string, { version, ready, pending, failed }: InForceAnswer): string {
  const where = ready === 0 && pending === 0 && failed === 0 ? "no node is connected yet" : [
    `in force on ${countedAs(ready, "node", "nodes")}`,
    ...(pending > 0 ? [`not yet on ${pending}`] : []),
    ...(failed > 0 ? [`${failed} cannot use it (see \`dml nodes\`)`] : []),
  ].join(", ");
  return `${gallery} version ${version}: ${where}`;
}

/** The thresholds of a gallery and their origin. */
type Thresholded = Pick<GalleryListing, "thresholds" | "thresholdsOrigin">;

/** Formats the thresholds of a gallery that decide about names, and where they come from. */
export function namingText({ thresholds: { known, unknown }, thresholdsOrigin }: Thresholded): string {
  return `known from ${known}, unknown below ${unknown} (${originText(thresholdsOrigin)})`;
}

/** Formats all thresholds of a gallery. */
export function thresholdsText(gallery: Thresholded): string {
  const { marginMin, eyeDistanceMin, sharpnessMin } = gallery.thresholds;
  return [
    `${namingText(gallery)}, best person ${marginMin} more similar than the second,`,
    `${eyeDistanceMin} pixels between the eyes, sharpness ${sharpnessMin}`,
  ].join(" ");
}

function originText(origin: GalleryListing["thresholdsOrigin"]): string {
  if (origin.by === "default") return `default for ${countedAs(origin.faces, "enrolled face", "enrolled faces")}`;
  if (origin.by === "model") return "of the model";
  if (origin.setMs === null) return "set with an older dml";
  return `${origin.by === "calibrate" ? "calibrated" : "set by hand"} on ${dayOf(origin.setMs)}`;
}

/** Formats a time as its day in UTC. */
export function dayOf(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 10);
}

/**
 * Formats the progress of embedding a gallery anew; `null` if the gallery is not being embedded
 * anew.
 */
export function reembeddingText({ name, reembedding }: GalleryListing): string | null {
  if (reembedding === null) return null;
  const left = countedAs(reembedding.left, "face is", "faces are");
  return `${name} is moving to a new embedder: ${left} left.`;
}
