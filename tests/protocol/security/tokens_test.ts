import fc from "fast-check";
import { clusterTokensSchema, newTokens, roleMay, roleOfToken, sameSecret } from "../../../protocol/security/tokens.ts";
import { assert, assertEquals, assertMatch } from "../../assert.ts";

Deno.test("newTokens() makes six different secrets in two calls, which the schema takes", () => {
  const [first, second] = [newTokens(), newTokens()];
  assertEquals(new Set([...Object.values(first), ...Object.values(second)]).size, 6);
  assertEquals(clusterTokensSchema.parse(first), first);
  assertMatch(first.user, /^dmlu_[0-9a-hjkmnp-tv-z]{32}$/);
  assertMatch(first.node, /^dmln_/);
  assertMatch(first.admin, /^dmla_/);
});

Deno.test("newTokens() uses all 32 characters", () => {
  const seen = new Set<string>();
  for (let round = 0; round < 100; round++) {
    for (const character of newTokens().user.slice("dmlu_".length)) seen.add(character);
  }
  assertEquals(seen.size, 32);
});

Deno.test("clusterTokensSchema refuses a token under another role, a short one and one too many", () => {
  const tokens = newTokens();
  const wrong = [
    { ...tokens, user: tokens.node },
    { ...tokens, user: tokens.user.slice(1) },
    { ...tokens, extra: tokens.user },
    { user: tokens.user },
  ];
  for (const value of wrong) assert(!clusterTokensSchema.safeParse(value).success);
});

Deno.test("roleOfToken() knows the three tokens and no other", () => {
  const tokens = newTokens();
  assertEquals(roleOfToken(tokens, tokens.user), "user");
  assertEquals(roleOfToken(tokens, tokens.node), "node");
  assertEquals(roleOfToken(tokens, tokens.admin), "admin");
  assertEquals(roleOfToken(tokens, null), null);
  fc.assert(fc.property(fc.string(), (text) => assertEquals(roleOfToken(tokens, text), null)));
});

Deno.test("roleMay() lets an admin do what a user may, and nobody what is open to none", () => {
  assert(roleMay("admin", ["user"]));
  assert(!roleMay("admin", ["node"]));
  assert(!roleMay("user", ["admin"]));
  assert(!roleMay("admin", []));
});

Deno.test("sameSecret() is equality", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (left, right) => {
    // Through UTF-8: halves of surrogate pairs all become the replacement character.
    assertEquals(sameSecret(left, right), left.toWellFormed() === right.toWellFormed());
    assert(sameSecret(left, left));
  }));
});
