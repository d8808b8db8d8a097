import { assertEquals } from "@std/assert";
import { pinOf, splitPin, withPin } from "../../../protocol/security/pin.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";

Deno.test("pinOf() is the beginning of the SHA-256, five bits a character", async () => {
  // SHA-256 of nothing: e3b0c442 98fc1c14 9afbf4c8 996fb924 27…
  assertEquals(await pinOf(new Uint8Array()), "werc8gmrzge196qvyk49jvxs4g");
});

Deno.test("splitPin() takes apart what withPin() joined", async () => {
  const pin = await pinOf(new Uint8Array([1]));
  for (const token of Object.values(newTokens())) {
    assertEquals(splitPin(withPin(token, pin)), { secret: token, pin });
    assertEquals(splitPin(token), { secret: token, pin: null });
  }
});

Deno.test("splitPin() leaves text that is no token with a pin as it is", () => {
  for (const text of ["", "dmln_", `dmln_abc_${"a".repeat(25)}`, `dmln_abc_${"a".repeat(27)}`, `x_${"a".repeat(26)}`]) {
    assertEquals(splitPin(text), { secret: text, pin: null });
  }
});
