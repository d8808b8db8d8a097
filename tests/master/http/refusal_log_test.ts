import { RefusalLog } from "../../../master/http/refusal_log.ts";
import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { fixedCredentials } from "../../../protocol/security/credentials.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { assert, assertEquals } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { MasterFixture } from "../master_fixture.ts";
import { ask } from "./http_fixture.ts";

function open() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = {
    ...SILENT_LOG,
    warn: (message: string, fields: object = {}) => void lines.push(`warn ${message} ${JSON.stringify(fields)}`),
    debug: () => void lines.push("debug"),
  };
  const refusals = new RefusalLog({ log, clock });
  const note = (code: ErrorCode, remote?: string) =>
    refusals.note(new DmlError(code, "It was not right."), { method: "PUT", path: "/x", remote });
  return { clock, lines, note, sweep: () => refusals.sweep(clock.nowMs()) };
}

Deno.test("RefusalLog.note() warns of damage and of invalid tokens, and logs the rest for debugging", () => {
  const { lines, note } = open();
  for (const code of ["blob_corrupt", "unauthorized", "forbidden", "disk_full"] as const) note(code);
  for (const code of ["queue_full", "not_found", "image_unreadable"] as const) note(code);
  assertEquals(lines.map((line) => line.slice(0, 5)), ["warn ", "warn ", "warn ", "warn ", "debug", "debug", "debug"]);
  const fields = { code: "blob_corrupt", method: "PUT", path: "/x", reason: "It was not right." };
  assertEquals(lines[0], `warn A request was refused. ${JSON.stringify(fields)}`);
});

Deno.test("RefusalLog.note() limits warnings per minute, and then logs how many it left out", () => {
  const { clock, lines, note } = open();
  for (let count = 0; count < 1_000; count++) note("forbidden");
  const warnings = () => lines.filter((line) => line.startsWith("warn"));
  assertEquals(warnings().length, 20);
  clock.advance(60_000);
  note("forbidden");
  assertEquals(warnings().slice(20).map((line) => line.split(" {")[1]?.slice(0, 12)), ['"count":980}', '"code":"forb']);
});

Deno.test("RefusalLog logs one line a minute about callers without a valid token, with their number", () => {
  const { clock, lines, note, sweep } = open();
  const warnings = () => lines.splice(0).filter((line) => line.startsWith("warn"));
  for (let count = 0; count < 1_000; count++) note("unauthorized", `10.0.0.${count % 3}`);
  for (let count = 0; count < 500; count++) note("too_many_attempts", "10.0.0.1");
  assertEquals(warnings().length, 1);
  sweep();
  assertEquals(warnings(), [], "the minute is not over");
  clock.advance(60_000);
  sweep();
  const count = JSON.stringify({ count: 1_499, addresses: 3 });
  assertEquals(warnings(), [`warn More requests came without a valid token. ${count}`]);
  sweep();
  note("unauthorized");
  assertEquals(warnings().length, 1, "the next minute begins anew");
});

Deno.test("a master warns of corrupt blobs and invalid tokens, and logs no token", async () => {
  const tokens = newTokens();
  await using fixture = await MasterFixture.start({ credentials: fixedCredentials(tokens) });
  const path = `/blobs/sha256:${"ab".repeat(32)}`;
  const guess = "dmla_0123456789";
  const { sessionSecret } = await fixture.arrive(1, { token: tokens.node });
  for (const token of [sessionSecret, tokens.user, guess]) {
    const answer = await ask(fixture.master, `${path}?token=${guess}`, {
      method: "PUT",
      body: new Uint8Array([1]),
      token,
    });
    await answer.body?.cancel();
  }
  const warned = fixture.logged.filter(({ level, message }) =>
    level === "warn" && message === "A request was refused."
  );
  assertEquals(warned.map(({ fields }) => fields.code), ["blob_corrupt", "forbidden", "unauthorized"]);
  assertEquals(warned.map(({ fields }) => [fields.method, fields.path]), Array(3).fill(["PUT", path]));
  const text = JSON.stringify(fixture.logged);
  for (const secret of [sessionSecret, tokens.node, tokens.user, guess]) assert(!text.includes(secret));
});
