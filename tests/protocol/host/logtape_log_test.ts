import { DmlError } from "../../../protocol/kernel/errors.ts";
import { type LogOptions, openLog } from "../../../protocol/host/logtape_log.ts";
import { redacted } from "../../../protocol/kernel/logs/redaction.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../assert.ts";

const TOKEN = `dmln_${"0123456789abcdefghjkmnpqrstvwxyz"}`;

/** Returns the lines that a log writes while `use` uses it. */
function lines(options: Partial<LogOptions>, use: (log: ReturnType<typeof openLog>["log"]) => void): string[] {
  const written: string[] = [];
  const opened = openLog({
    level: "info",
    format: "text",
    color: false,
    write: (line) => written.push(line),
    ...options,
  });
  try {
    use(opened.log);
  } finally {
    opened.close();
  }
  return written;
}

Deno.test("openLog() writes lines for people: time, level, sentence, fields", () => {
  const [line, ...more] = lines({}, (log) => log.with({ node: "attic" }).info("node joined", { count: 2, why: "a b" }));
  assertMatch(line, /^\d\d:\d\d:\d\d\.\d{3} INFO {2}node joined node=attic count=2 why="a b"\n$/);
  assertEquals(more, []);
});

Deno.test("openLog() writes JSON, one object a line, with its own names on top", () => {
  const [line] = lines(
    { format: "json" },
    (log) => log.warn("slow\nnode", { level: "mine", bytes: new Uint8Array(3), undefined: undefined }),
  );
  assertEquals(line.indexOf("\n"), line.length - 1);
  const { time, ...rest } = JSON.parse(line);
  assert(!Number.isNaN(Date.parse(time)));
  assertEquals(rest, { level: "warn", message: "slow\nnode", bytes: "3 bytes" });
});

Deno.test("openLog() drops what is below the level", () => {
  const logged = lines({ level: "warn" }, (log) => {
    log.debug("d");
    log.info("i");
    log.warn("w");
    log.error("e");
  });
  assertEquals(logged.map((line) => line.trimEnd().at(-1)), ["w", "e"]);
  assertEquals(lines({ level: "debug" }, (log) => log.debug("d")).length, 1);
});

Deno.test("openLog() lets no token through: sentence, field, inner field, cause", () => {
  const error = new Error(`said ${TOKEN}`, { cause: new DmlError("unauthorized", `token ${TOKEN}`) });
  for (const format of ["text", "json"] as const) {
    const text = lines({ format }, (log) => log.with({ token: TOKEN }).error(TOKEN, { deep: [{ TOKEN }], error }))
      .join("");
    assertEquals(text.includes(TOKEN), false);
    assertStringIncludes(text, "dmln_[redacted]");
  }
  assertEquals(redacted("dmlu_short stays"), "dmlu_short stays");
});

Deno.test("openLog() takes braces for braces, and survives what JSON cannot say", () => {
  const loop: Record<string, unknown> = { big: 10n };
  loop.loop = loop;
  for (const format of ["text", "json"] as const) {
    const [line] = lines({ format }, (log) => log.info("{count} of {{x}}", { count: 1, loop }));
    assertStringIncludes(line, "{count} of {{x}}");
  }
});

Deno.test("openLog() lets nothing steer the terminal, and prints a stack only with an error", () => {
  const error = new DmlError("connection_lost", "went \x1b[2Jaway");
  const [info] = lines({}, (log) => log.info("a\x1b[2Jb\nc", { error }));
  assertEquals(info.split("\n").length, 2);
  assertEquals(info.includes("\x1b"), false);
  assertStringIncludes(info, 'error="went');
  const [severe] = lines({}, (log) => log.error("broken", { error }));
  assertMatch(severe, /broken error=.*\n {2,}at .*logtape_log_test/);
});

Deno.test("openLog() lets nothing that it logs steer the terminal", () => {
  const hostile = "evil\u202e\x9b2J\u2028\u2066node";
  const log = (options: Partial<LogOptions>) => lines(options, (log) => log.warn(hostile, { name: hostile }))[0];
  const text = log({});
  assertStringIncludes(text, 'evil??2J??node name="evil??2J??node"');
  const json = log({ format: "json" });
  assertStringIncludes(json, '"name":"evil\\u202e\\u009b2J\\u2028\\u2066node"');
  assertEquals(JSON.parse(json).message, hostile);
});
