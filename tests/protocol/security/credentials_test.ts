import {
  anyCredentials,
  type Caller,
  type Credentials,
  explainRefusal,
} from "../../../protocol/security/credentials.ts";
import { newToken } from "../../../protocol/security/tokens.ts";
import { assertEquals } from "../../assert.ts";

const NODE: Caller = { role: "node", name: "attic", nodeId: `node_${"0".repeat(20)}` };
const GUEST: Caller = { role: "user", name: "guest" };

/** Credentials with one secret, that count how often it was spent. */
class OneSecret implements Credentials {
  spent = 0;
  constructor(readonly secret: string, readonly caller: Caller) {}

  identify(secret: string | null): Caller | null {
    return secret === this.secret ? this.caller : null;
  }

  explain(secret: string) {
    return secret === `old ${this.secret}` ? { reason: `${this.secret} has ended.`, advice: "Ask again." } : null;
  }

  spend(): boolean {
    return this.spent++ === 0;
  }
}

Deno.test("anyCredentials() identifies, explains and spends a secret at the one that knows it", () => {
  const [session, token] = [new OneSecret("session", NODE), new OneSecret("token", GUEST)];
  const both = anyCredentials(session, { identify: () => null }, token);
  assertEquals(["session", "token", "other", null].map(both.identify), [NODE, GUEST, null, null]);
  assertEquals(explainRefusal(both, "old session").reason, "session has ended.");
  assertEquals(explainRefusal(both, "old token").reason, "token has ended.");
  assertEquals(explainRefusal(both, newToken("user")).reason, "The token is not one of this cluster.");
  assertEquals(["token", "token", "other"].map((secret) => both.spend?.(secret)), [true, false, false]);
  assertEquals([session.spent, token.spent], [0, 2]);
});

Deno.test("anyCredentials() lets a secret be spent any number of times where uses are not counted", () => {
  const credentials = anyCredentials({ identify: (secret) => secret === "token" ? GUEST : null });
  assertEquals([credentials.spend?.("token"), credentials.spend?.("token"), credentials.spend?.("x")], [
    true,
    true,
    false,
  ]);
});
