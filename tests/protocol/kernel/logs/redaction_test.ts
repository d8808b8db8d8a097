import fc from "fast-check";
import { isPlainError, KnownSecrets, plainValue, redacted } from "../../../../protocol/kernel/logs/redaction.ts";
import { assert, assertEquals } from "../../../assert.ts";

const TOKEN = `dmln_${"0123456789abcdefghjkmnpqrstvwxyz"}`;

Deno.test("redacted() finds secrets by their form, and leaves everything else", () => {
  const key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\nIIg=\n-----END EC PRIVATE KEY-----";
  const table: readonly (readonly [text: string, expected: string])[] = [
    [`--token ${TOKEN} --home x`, "--token dmln_[redacted] --home x"],
    [`a${TOKEN}`, `a${TOKEN}`],
    [`Authorization: Bearer ${"abc.DEF-123"}`, "Authorization: Bearer [redacted]"],
    ["authorization: basic dXNlcjpwYXNzd29yZA==", "authorization: basic [redacted]"],
    ["a bearer of news", "a bearer of news"],
    [`before ${key} after`, "before [redacted] after"],
    ["-----BEGIN PRIVATE KEY-----\ncut off", "[redacted]"],
    ["-----BEGIN CERTIFICATE-----\nMIIB\n", "-----BEGIN CERTIFICATE-----\nMIIB\n"],
    ["https://ada:secret@example.org/a", "https://ada:[redacted]@example.org/a"],
    ["https://example.org:8080/a@b", "https://example.org:8080/a@b"],
    ["dmlu_short stays", "dmlu_short stays"],
  ];
  for (const [text, expected] of table) assertEquals(redacted(text), expected, text);
});

Deno.test("KnownSecrets removes learned secrets whatever their form", () => {
  const secrets = new KnownSecrets();
  secrets.learn("correct horse battery");
  secrets.learn("short");
  assertEquals(secrets.redact("a correct horse battery, a short one"), "a [redacted], a short one");
  assertEquals(secrets.redact(TOKEN), "dmln_[redacted]");
});

Deno.test("KnownSecrets lets no learned secret through, wherever it stands", () => {
  fc.assert(fc.property(fc.string(), fc.string(), fc.string({ minLength: 8 }), (before, after, secret) => {
    // A secret that is part of the mark would be found in the mark.
    fc.pre(!"[redacted]".includes(secret));
    const secrets = new KnownSecrets();
    secrets.learn(secret);
    const clean = secrets.redact(before + secret + after);
    assert(!clean.includes(secret) || `${before}[redacted]${after}`.includes(secret));
  }));
});

Deno.test("KnownSecrets forgets the oldest of more than a thousand", () => {
  const secrets = new KnownSecrets();
  const secretOf = (number: number) => `secret-${String(number).padStart(6, "0")}`;
  for (let number = 0; number <= 1_000; number++) secrets.learn(secretOf(number));
  assertEquals(secrets.redact(secretOf(0)), secretOf(0));
  assertEquals(secrets.redact(secretOf(1)), "[redacted]");
});

Deno.test("plainValue() gives what JSON can represent, redacted at every depth", () => {
  const error = new Error(`said ${TOKEN}`, { cause: new Error(TOKEN) });
  const plain = plainValue({ deep: [{ TOKEN }], big: 10n, bytes: new Uint8Array(3), error, none: undefined });
  const text = JSON.stringify(plain);
  assert(!text.includes(TOKEN));
  assert(text.includes('"big":"10"') && text.includes('"bytes":"3 bytes"'));
  assert(isPlainError(plainValue(error)));
  assert(!isPlainError({ error: 1, stack: "s" }));
  const loop: Record<string, unknown> = {};
  loop.loop = loop;
  assert(JSON.stringify(plainValue(loop)).includes("…"));
});
