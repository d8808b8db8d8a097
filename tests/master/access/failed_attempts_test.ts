import { DmlError } from "../../../protocol/kernel/errors.ts";
import { newToken } from "../../../protocol/security/tokens.ts";
import { FailedAttempts, TooManyAttempts } from "../../../master/access/failed_attempts.ts";
import { assertEquals } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { MasterFixture } from "../master_fixture.ts";
import { TokenWorld } from "./token_world.ts";

const UNAUTHORIZED = new DmlError("unauthorized", "The token is not one of this cluster.");
const GUESS = new Request("http://127.0.0.1/", { headers: { authorization: "Bearer dmlu_0" } });

Deno.test("FailedAttempts.refuse() slows down an address with many wrong tokens until its minute is over", () => {
  const clock = new ManualClock();
  const attempts = new FailedAttempts(clock);
  const refuse = (remote: string | null, request = GUESS) => attempts.refuse(UNAUTHORIZED, { request, remote });
  for (let count = 0; count < 30; count++) assertEquals(refuse("10.0.0.1"), UNAUTHORIZED);
  clock.advance(20_000);
  const slowed = refuse("10.0.0.1");
  assertEquals(slowed instanceof TooManyAttempts && slowed.retryAfterMs, 40_000);
  assertEquals(refuse("10.0.0.2"), UNAUTHORIZED, "another address");
  assertEquals(refuse(null), UNAUTHORIZED, "this process");
  assertEquals(refuse("10.0.0.1", new Request("http://127.0.0.1/")), UNAUTHORIZED, "no token is no guess");
  clock.advance(40_000);
  assertEquals(refuse("10.0.0.1"), UNAUTHORIZED);
});

Deno.test("FailedAttempts.refuse() leaves other errors alone, and forgets addresses when there are too many", () => {
  const attempts = new FailedAttempts(new ManualClock());
  const forbidden = new DmlError("forbidden", "Another role.");
  for (let count = 0; count < 50; count++) {
    assertEquals(attempts.refuse(forbidden, { request: GUESS, remote: "10.0.0.1" }), forbidden);
  }
  const refuse = (remote: string) => attempts.refuse(UNAUTHORIZED, { request: GUESS, remote });
  for (let count = 0; count < 31; count++) refuse("first");
  for (let count = 0; count < 1_024; count++) refuse(`other ${count}`);
  assertEquals(refuse("first"), UNAUTHORIZED);
});

Deno.test("a valid token is accepted from an address that has sent too many wrong ones", async () => {
  const { store, tokens } = new TokenWorld();
  await using fixture = await MasterFixture.start({ credentials: store, tokens: store });
  const ask = async (token: string) => {
    const request = new Request("http://127.0.0.1/v1/models", { headers: { authorization: `Bearer ${token}` } });
    const response = await fixture.master.fetch(request, { remote: "10.0.0.1" });
    await response.body?.cancel();
    return [response.status, response.headers.get("retry-after")];
  };
  for (let count = 0; count < 30; count++) assertEquals(await ask(newToken("user")), [401, null]);
  assertEquals(await ask(newToken("user")), [429, "60"]);
  assertEquals(await ask(tokens.user), [200, null]);
  assertEquals(await ask(newToken("user")), [429, "60"]);
});
