/** The form of a gallery's name. */
export const GALLERY_NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** The gallery used if none is named. It need not exist. */
export const DEFAULT_GALLERY = "default";

/** Name that means no gallery: no one is recognised. */
export const NO_GALLERY = "none";

/** The form of a metadata key of a person. */
export const METADATA_KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
