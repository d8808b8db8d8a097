import type { GalleryListing, InForceAnswer, Thresholds } from "../../../protocol/http_api/people_api.ts";

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

/** Formats the thresholds of a gallery. */
export function thresholdsText({ known, unknown, marginMin, eyeDistanceMin, sharpnessMin }: Thresholds): string {
  return [
    `known from ${known}, unknown below ${unknown}, best person ${marginMin} more similar than the second,`,
    `${eyeDistanceMin} pixels between the eyes, sharpness ${sharpnessMin}`,
  ].join(" ");
}

/**
 * Formats the progress of embedding a gallery anew; `null` if the gallery is not being embedded
 * anew.
 */
export function reembeddingText({ name, reembedding }: GalleryListing): string | null {
  if (reembedding === null) return null;
  const left = countedAs(reembedding.left, "face is", "faces are");
  return `${name} is being processed by a new embedder: ${left} left.`;
}
