/** What people call a gallery. */
export const GALLERY_NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** The gallery that is asked when nobody says which; it need not be there. */
export const DEFAULT_GALLERY = "default";

/** In place of a gallery's name: nobody's faces are looked for. */
export const NO_GALLERY = "none";

/** What a note about a person may be called. */
export const METADATA_KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
