import { RefusalLog } from "../../../master/http/refusal_log.ts";
import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
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
  const note = (code: ErrorCode) =>
    refusals.note(new DmlError(code, "It was not right."), { method: "PUT", path: "/x" });
  return { clock, lines, note };
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
  for (let count = 0; count < 1_000; count++) note("unauthorized");
  const warnings = () => lines.filter((line) => line.startsWith("warn"));
  assertEquals(warnings().length, 20);
  clock.advance(60_000);
  note("unauthorized");
  assertEquals(warnings().slice(20).map((line) => line.split(" {")[1]?.slice(0, 12)), ['"count":980}', '"code":"unau']);
});

Deno.test("a master warns of corrupt blobs and invalid tokens, and logs no token", async () => {
  const tokens = newTokens();
  await using fixture = await MasterFixture.start({ tokens });
  const path = `/blobs/sha256:${"ab".repeat(32)}`;
  const guess = "dmla_0123456789";
  for (const token of [tokens.node, tokens.user, guess]) {
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
  for (const secret of [tokens.node, tokens.user, guess]) assert(!text.includes(secret));
});
