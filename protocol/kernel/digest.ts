import { createHash } from "node:crypto";
import type { Digest } from "./digests/digest_form.ts";

export { type Digest, DIGEST_PATTERN, isDigest } from "./digests/digest_form.ts";

/**
 * Returns the digest of `bytes`. Uses `node:crypto`, which was measured to hash 1.3 GB/s, twice as
 * much as `crypto.subtle`, and is synchronous.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 *
 * assert(digestOf(new TextEncoder().encode("abc")).startsWith("sha256:ba7816bf"));
 * ```
 */
export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** A digest that is computed piece by piece. */
export class Digester {
  readonly #hash = createHash("sha256");

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  /** Returns the digest of all chunks so far. The digester cannot be used afterwards. */
  digest(): Digest {
    return `sha256:${this.#hash.digest("hex")}`;
  }
}
