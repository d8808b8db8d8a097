import type { Box } from "../../image/geometry/geometry.ts";

/**
 * Returns the faces in the order in which people count them: from left to right by the centre of
 * the box, those above one another from top to bottom. The first is number 1 everywhere: in
 * predictions, tables and annotated pictures, and when one of them is enrolled.
 */
export function fromTheLeft<Face extends { readonly box: Box }>(faces: readonly Face[]): Face[] {
  const centre = ({ box }: Face) => box.x + box.width / 2;
  return faces.toSorted((one, other) => centre(one) - centre(other) || one.box.y - other.box.y);
}
