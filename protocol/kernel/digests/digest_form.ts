/** The name of immutable bytes: `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}`;

/** The form of a {@linkcode Digest}. */
export const DIGEST_PATTERN = /^sha256:[0-9a-f]{64}$/;

/** Returns true if `text` is a well-formed digest. */
export function isDigest(text: string): text is Digest {
  return DIGEST_PATTERN.test(text);
}
