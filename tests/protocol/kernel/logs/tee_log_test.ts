import type { Log, LogFields } from "../../../../protocol/kernel/log.ts";
import type { LogRecord } from "../../../../protocol/kernel/logs/log_record.ts";
import { KnownSecrets } from "../../../../protocol/kernel/logs/redaction.ts";
import { TeeLog } from "../../../../protocol/kernel/logs/tee_log.ts";
import { assertEquals } from "../../../assert.ts";
import { ManualClock } from "../../manual_clock.ts";

function teeOf() {
  const printed: [level: string, message: string, fields?: LogFields][] = [];
  const kept: LogRecord[] = [];
  const print = (level: string) => (message: string, fields?: LogFields) => void printed.push([level, message, fields]);
  const printer: Log = {
    debug: print("debug"),
    info: print("info"),
    warn: print("warn"),
    error: print("error"),
    with: () => printer,
  };
  const secrets = new KnownSecrets();
  secrets.learn("open sesame");
  const redact = (text: string) => secrets.redact(text);
  const clock = new ManualClock();
  clock.advance(7);
  return { log: new TeeLog({ printed: printer, keep: (record) => kept.push(record), clock, redact }), printed, kept };
}

Deno.test("TeeLog prints every message and keeps those from info on, both without secrets", () => {
  const { log, printed, kept } = teeOf();
  log.debug("open sesame", { a: "open sesame" });
  log.with({ node: "attic" }).warn("said open sesame", { deep: ["open sesame"] });
  assertEquals(printed, [
    ["debug", "[redacted]", { a: "[redacted]" }],
    ["warn", "said [redacted]", { node: "attic", deep: ["[redacted]"] }],
  ]);
  const fields = { node: "attic", deep: '["[redacted]"]' };
  assertEquals(kept, [{ timeMs: 7, level: "warn", message: "said [redacted]", fields }]);
});

Deno.test("TeeLog keptOnly() keeps what is printed elsewhere", () => {
  const { log, printed, kept } = teeOf();
  log.keptOnly("error", "The node has ended.");
  assertEquals([printed.length, kept.map(({ message }) => message)], [0, ["The node has ended."]]);
});
