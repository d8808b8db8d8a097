/** Function that returns a text without the secrets in it. */
export type Redact = (text: string) => string;

const MARK = "[redacted]";
const DEPTH_MAX = 6;
/** Secrets that are known by their form, and what takes their place. */
const PATTERNS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b(dml[a-z])_[A-Za-z0-9_-]{8,}/g, `$1_${MARK}`],
  [/\b(Bearer|Basic) +[A-Za-z0-9+/=._~-]{8,}/gi, `$1 ${MARK}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, MARK],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi, `$1:${MARK}@`],
];
/** Shorter texts are not taken for secrets: they would blot out ordinary words. */
const SECRET_CHARACTERS_MIN = 8;
const SECRETS_MAX = 1_000;

/**
 * Returns `text` without secrets that are known by their form: tokens of dml (the prefix that names
 * the role stays), `Authorization` headers, private keys, passwords in URLs.
 */
export function redacted(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
}

/** The secrets that a process knows, to keep them out of its log whatever their form. */
export class KnownSecrets {
  readonly #secrets = new Set<string>();

  /** Redacts `secret` from now on. The oldest of more than 1,000 secrets is forgotten. */
  learn(secret: string): void {
    if (secret.length < SECRET_CHARACTERS_MIN) return;
    this.#secrets.delete(secret);
    this.#secrets.add(secret);
    const [oldest] = this.#secrets;
    if (this.#secrets.size > SECRETS_MAX) this.#secrets.delete(oldest);
  }

  /** Returns `text` without known secrets and without those that {@linkcode redacted} finds. */
  redact(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, MARK);
    return redacted(clean);
  }
}

/** Returns `value` in a form that JSON can represent, without secrets and without bytes. */
export function plainValue(value: unknown, options: { redact?: Redact; depth?: number } = {}): unknown {
  const { redact = redacted, depth = 1 } = options;
  const inner = (item: unknown) => plainValue(item, { redact, depth: depth + 1 });
  if (typeof value === "string") return redact(value);
  if (typeof value === "bigint") return String(value);
  if (value instanceof Error) {
    const { cause } = value;
    const because = cause === undefined || depth > DEPTH_MAX ? {} : { cause: inner(cause) };
    const code = "code" in value ? { code: inner(value.code) } : {};
    return { ...code, error: redact(value.message), stack: redact(value.stack ?? ""), ...because };
  }
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEPTH_MAX) return "…";
  if (Array.isArray(value)) return value.map(inner);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item)]));
}

/** Returns true if `value` is an error in the form that {@linkcode plainValue} gives it. */
export function isPlainError(value: unknown): value is { error: string; stack: string } {
  return typeof value === "object" && value !== null && "error" in value && "stack" in value &&
    typeof value.error === "string" && typeof value.stack === "string";
}
