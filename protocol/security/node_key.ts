import { createHash } from "node:crypto";
import { BASE_64_URL } from "../kernel/base64url.ts";
import { BASE_32 } from "./tokens.ts";

/** Number of bytes in a challenge. */
const CHALLENGE_BYTES = 32;
const ID_CHARACTERS = 20; // of 5 bits: 100 bits of the hash
/** First line of every signed text, so that the key signs nothing that another protocol could use. */
const PROOF_DOMAIN = "dml control protocol: a node proves its key";

/** An Ed25519 key pair (RFC 8032) as it is stored, in base64url. */
export interface StoredKey {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** A key that can sign. */
export interface NodeKey {
  readonly publicKey: string;
  /** Returns the signature that proves the key to the master of `request`. */
  prove(request: ProofRequest): Promise<string>;
}

/** The challenge of a master, and by which authority the node recognised that master. */
export interface ProofRequest {
  readonly challenge: string;
  /** Pin of the authority; empty on a connection without TLS. */
  readonly pin: string;
}

/** Returns the texts of a new key pair. */
export async function newStoredKey(): Promise<StoredKey> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const { x, d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  if (x === undefined || d === undefined) throw new TypeError("the exported key has no parts");
  return { publicKey: x, privateKey: d };
}

/**
 * Returns the key of two texts. Throws `TypeError` if they are not the parts of one Ed25519 key
 * pair.
 */
export async function openNodeKey({ publicKey, privateKey }: StoredKey): Promise<NodeKey> {
  const jwk = { kty: "OKP", crv: "Ed25519", x: publicKey, d: privateKey };
  const key = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["sign"]).catch((cause) => {
    throw new TypeError("it is not an Ed25519 key", { cause });
  });
  const opened: NodeKey = {
    publicKey,
    async prove(request) {
      const signature = await crypto.subtle.sign("Ed25519", key, proofText(publicKey, request));
      return new Uint8Array(signature).toBase64(BASE_64_URL);
    },
  };
  // The import does not compare the two texts.
  const request = { challenge: newChallenge(), pin: "" };
  if (await isProof(await opened.prove(request), { publicKey, ...request })) return opened;
  throw new TypeError("its public key is not that of its private key");
}

/** Returns a challenge, which no master has sent before: 32 random bytes, in base64url. */
export function newChallenge(): string {
  return crypto.getRandomValues(new Uint8Array(CHALLENGE_BYTES)).toBase64(BASE_64_URL);
}

/**
 * Returns true if `signature` proves that its sender has the private key of `publicKey`, and meant
 * the master of the request: one that passes on the challenge of another gets a proof for itself.
 */
export async function isProof(
  signature: string,
  { publicKey, ...request }: { publicKey: string } & ProofRequest,
): Promise<boolean> {
  try {
    const bytes = Uint8Array.fromBase64(publicKey, BASE_64_URL);
    // Several texts stand for the same bytes; a key has one of them, and so one id.
    if (bytes.toBase64(BASE_64_URL) !== publicKey) return false;
    const key = await crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
    const signed = Uint8Array.fromBase64(signature, BASE_64_URL);
    return await crypto.subtle.verify("Ed25519", key, signed, proofText(publicKey, request));
  } catch {
    // Not base64url, or not a point of the curve.
    return false;
  }
}

/**
 * Returns the id of the node that has the key: `node_` and 100 bits of the SHA-256 of the key in
 * base 32. So an id cannot be claimed with another key, and people compare ids to compare keys.
 */
export function nodeIdOf(publicKey: string): string {
  const hash = createHash("sha256").update(publicKey).digest();
  const bits = Array.from(hash, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const characters = Array.from(
    { length: ID_CHARACTERS },
    (_, at) => BASE_32[parseInt(bits.slice(at * 5, at * 5 + 5), 2)],
  );
  return `node_${characters.join("")}`;
}

function proofText(publicKey: string, { challenge, pin }: ProofRequest): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode([PROOF_DOMAIN, nodeIdOf(publicKey), pin, challenge].join("\n"));
}
