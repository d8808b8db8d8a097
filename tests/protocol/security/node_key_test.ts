import fc from "fast-check";
import { BYTES_32_PATTERN, SIGNATURE_PATTERN } from "../../../protocol/kernel/base64url.ts";
import { isProof, newChallenge, newStoredKey, nodeIdOf, openNodeKey } from "../../../protocol/security/node_key.ts";
import { idSchema } from "../../../protocol/schema.ts";
import { assert, assertEquals, assertNotEquals, assertRejects } from "../../assert.ts";
import { keyOf } from "./node_keys.ts";

Deno.test("isProof() is true for the signature of the key over the challenge, and for nothing else", async () => {
  const [key, other] = [await keyOf(1), await keyOf(2)];
  const { publicKey } = key;
  const request = { challenge: newChallenge(), pin: "" };
  const signature = await key.prove(request);
  assert(SIGNATURE_PATTERN.test(signature) && BYTES_32_PATTERN.test(request.challenge));
  assert(BYTES_32_PATTERN.test(publicKey));
  assertEquals(await isProof(signature, { publicKey, ...request }), true);
  const later = { ...request, challenge: newChallenge() };
  assertEquals(await isProof(signature, { publicKey, ...later }), false, "of an earlier connection");
  assertEquals(await isProof(signature, { publicKey: other.publicKey, ...request }), false);
  assertEquals(await isProof(await other.prove(request), { publicKey, ...request }), false);
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (wrong, key) => {
      assertEquals(await isProof(wrong, { publicKey, ...request }), false);
      assertEquals(await isProof(signature, { publicKey: key, ...request }), false);
    }),
    { numRuns: 50 },
  );
});

Deno.test("isProof() is true only at the master that the node recognised, not at one whose challenge it passed on", async () => {
  const key = await keyOf(1);
  const { publicKey } = key;
  const challenge = newChallenge();
  const pins = ["a".repeat(26), "b".repeat(26), ""];
  for (const pin of pins) {
    const signature = await key.prove({ challenge, pin });
    const accepting = [];
    for (const own of pins) if (await isProof(signature, { publicKey, challenge, pin: own })) accepting.push(own);
    assertEquals(accepting, [pin]);
  }
});

Deno.test("isProof() takes one spelling of a key only, so that a key has one id", async () => {
  const key = await keyOf(1);
  const request = { challenge: newChallenge(), pin: "" };
  const signature = await key.prove(request);
  const bytes = (text: string) => Uint8Array.fromBase64(text, { alphabet: "base64url" }).toHex();
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const spellings = [...letters].map((letter) => key.publicKey.slice(0, -1) + letter)
    .filter((spelling) => spelling !== key.publicKey && bytes(spelling) === bytes(key.publicKey));
  assertEquals(spellings.length, 3);
  for (const publicKey of spellings) assertEquals(await isProof(signature, { publicKey, ...request }), false);
});

Deno.test("nodeIdOf() gives each key an id of its own, which stays the same", async () => {
  const [one, other] = [(await keyOf(1)).publicKey, (await keyOf(2)).publicKey];
  assertEquals(idSchema.parse(nodeIdOf(one)), nodeIdOf(one));
  assertNotEquals(nodeIdOf(one), nodeIdOf(other));
  // A change would give every node another id.
  assertEquals(nodeIdOf("A".repeat(43)), "node_1w0771dpz7abfvnjej30");
});

Deno.test("openNodeKey() refuses texts that are not the two parts of one key", async () => {
  const [one, other] = [await newStoredKey(), await newStoredKey()];
  await assertRejects(() => openNodeKey({ ...one, privateKey: other.privateKey }), TypeError);
  await assertRejects(() => openNodeKey({ ...one, privateKey: "!" }), TypeError);
});
