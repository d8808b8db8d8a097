import fc from "fast-check";
import { assert, assertEquals } from "../../assert.ts";
import { Digester, digestOf, isDigest } from "../../../protocol/kernel/digest.ts";

Deno.test("digestOf() gives the published SHA-256 of the empty text and of abc", () => {
  assertEquals(
    digestOf(new Uint8Array()),
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
  assertEquals(
    digestOf(new TextEncoder().encode("abc")),
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

Deno.test("Digester gives the same digest however the bytes are cut", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }), (pieces) => {
    const digester = new Digester();
    for (const piece of pieces) digester.update(piece);
    const whole = new Uint8Array(pieces.flatMap((piece) => [...piece]));
    assertEquals(digester.digest(), digestOf(whole));
  }));
});

Deno.test("isDigest() refuses everything but sha256 and 64 lower-case hexadecimal digits", () => {
  const hex = "0".repeat(64);
  assert(isDigest(`sha256:${hex}`));
  const wrong = [
    "",
    hex,
    `sha256:${hex}0`,
    `sha256:${hex.slice(1)}`,
    `sha256:${"A".repeat(64)}`,
    `md5:${hex}`,
    ` sha256:${hex}`,
    `sha256:${hex}\n`,
  ];
  for (const text of wrong) assert(!isDigest(text), JSON.stringify(text));
});
