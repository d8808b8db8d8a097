/** The quality, 1 to 100, of annotated pictures and of every other JPEG whose caller names none. */
export const ANNOTATED_QUALITY = 85;

/**
 * The quality, 1 to 100, of the crops that are kept of enrolled faces: higher, because faces are
 * found and embedded in them again when the model changes.
 */
export const KEPT_FACE_QUALITY = 92;
