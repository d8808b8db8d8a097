/** Labels of `gender`. */
export const GENDERS = ["female", "male"] as const;

/**
 * Labels of the `expression` model file's seven classes, none of which the package documents. The
 * two usual class orders of seven-class model files, those of FER-2013 and of RAF-DB, agree on
 * these three, and photos confirm the smile; the other classes are not distinguished here.
 */
export const EXPRESSIONS = ["other", "other", "other", "happy", "sad", "other", "neutral"] as const;

/**
 * Labels of the `liveness` model file's three classes: a live face in front of a camera, and two
 * kinds of spoof. Of 22 real faces in six photos, 20 are classified as live.
 */
export const LIVENESSES = ["live", "spoof", "spoof"] as const;
