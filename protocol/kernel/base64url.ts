/** Options of the built-in conversions between bytes and base64url without padding (RFC 4648). */
export const BASE_64_URL = { alphabet: "base64url", omitPadding: true } as const;

/** Form of 32 bytes, such as an Ed25519 key, in base64url without padding. */
export const BYTES_32_PATTERN = /^[\w-]{43}$/;

/** Form of 64 bytes, such as an Ed25519 signature, in base64url without padding. */
export const SIGNATURE_PATTERN = /^[\w-]{86}$/;
