import { createHmac, hkdfSync } from "node:crypto";
import { DmlError } from "../kernel/errors.ts";
import { BASE_32 } from "./roles.ts";

const PREFIX = "dmlk_";
const KEY_BYTES = 32;
const KEY_CHARACTERS = Math.ceil(KEY_BYTES * 8 / 5);
const KEY_PATTERN = new RegExp(`^${PREFIX}[${BASE_32}]{${KEY_CHARACTERS}}$`);
const NONCE_BYTES = 12;

/** A keyed hash that is computed piece by piece. */
interface Seal {
  update(bytes: Uint8Array): void;
  finish(): string;
}

/** The key of one backup: 32 random bytes, which encrypt its secrets and seal its lines. */
export class BackupKey {
  readonly #bytes: Uint8Array<ArrayBuffer>;

  private constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }

  /** Returns a new key from a cryptographic source of random numbers. */
  static create(): BackupKey {
    return new BackupKey(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
  }

  /** Returns the key that {@linkcode BackupKey.text} wrote. Throws `backup_invalid`. */
  static parse(text: string): BackupKey {
    const trimmed = text.trim();
    if (!KEY_PATTERN.test(trimmed)) {
      throw new DmlError(
        "backup_invalid",
        `That is not the key of a backup: ${PREFIX} and ${KEY_CHARACTERS} characters.`,
        {
          advice: "Enter the whole key that `dml backup` printed when it made this file.",
        },
      );
    }
    const bits = [...trimmed.slice(PREFIX.length)]
      .map((character) => BASE_32.indexOf(character).toString(2).padStart(5, "0")).join("");
    return new BackupKey(
      Uint8Array.from({ length: KEY_BYTES }, (_, at) => parseInt(bits.slice(at * 8, at * 8 + 8), 2)),
    );
  }

  /** Returns the key as people keep it: a prefix and base 32. */
  text(): string {
    const bits = Array.from(this.#bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
    const characters = Array.from({ length: KEY_CHARACTERS }, (_, at) => {
      return BASE_32[parseInt(bits.slice(at * 5, at * 5 + 5).padEnd(5, "0"), 2)];
    });
    return PREFIX + characters.join("");
  }

  /** Encrypts `bytes` with AES-256-GCM; a random nonce stands before the result. */
  async encrypt(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const encrypted = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.#cipher(), bytes);
    const joined = new Uint8Array(NONCE_BYTES + encrypted.byteLength);
    joined.set(iv);
    joined.set(new Uint8Array(encrypted), NONCE_BYTES);
    return joined;
  }

  /** Decrypts the result of {@linkcode BackupKey.encrypt}. Throws `backup_invalid` for another key. */
  async decrypt(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const [iv, encrypted] = [bytes.slice(0, NONCE_BYTES), bytes.slice(NONCE_BYTES)];
    try {
      return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await this.#cipher(), encrypted));
    } catch (cause) {
      throw new DmlError("backup_invalid", "The key does not fit this backup, or the backup was changed.", {
        cause,
        advice: "Enter the key that `dml backup` printed when it made this file.",
      });
    }
  }

  /** Begins the seal of a backup. */
  seal(): Seal {
    const hash = createHmac("sha256", this.#derived("seal"));
    return { update: (bytes) => void hash.update(bytes), finish: () => hash.digest("hex") };
  }

  #cipher(): Promise<CryptoKey> {
    return crypto.subtle.importKey("raw", this.#derived("secrets"), "AES-GCM", false, ["encrypt", "decrypt"]);
  }

  #derived(purpose: "secrets" | "seal"): Uint8Array<ArrayBuffer> {
    return new Uint8Array(hkdfSync("sha256", this.#bytes, new Uint8Array(), `dml backup ${purpose}`, KEY_BYTES));
  }
}
