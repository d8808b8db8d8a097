import { assertEquals } from "../assert.ts";
import { DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";
import { type Log, SILENT_LOG } from "../../protocol/kernel/log.ts";
import type { NodeNews } from "../../node/node.ts";
import { NodeFixture } from "./node_fixture.ts";
import { commandRun } from "./scripted_master.ts";

const CODES = ["unauthorized", "forbidden", "protocol_version", "usage"] as const;

function codeOf(news: NodeNews): ErrorCode | null {
  return news.kind === "disconnected" ? news.ending.code : null;
}

/** A log that keeps the warnings, as code and reason. */
class WarningLog implements Log {
  readonly warnings: string[] = [];
  readonly debug = SILENT_LOG.debug;
  readonly info = SILENT_LOG.info;
  readonly error = SILENT_LOG.error;
  warn(_message: string, fields: { code?: unknown; reason?: unknown } = {}): void {
    this.warnings.push(`${fields.code}: ${fields.reason}`);
  }
  with(): Log {
    return this;
  }
}

for (const code of CODES) {
  Deno.test(`startNode() gives up when what is located before its first welcome is refused as ${code}`, async () => {
    await using fixture = new NodeFixture();
    fixture.locateFailure = new DmlError(code, "Not here.");
    await (await fixture.master.accept()).close();
    await fixture.retry();
    assertEquals((await fixture.node.finished).code, code);
  });

  Deno.test(`startNode() comes back after ${code} if it was accepted before`, async () => {
    await using fixture = new NodeFixture();
    const first = await fixture.connect();
    first.send({ type: "goodbye", code, reason: "Not any more." });
    assertEquals(codeOf(await fixture.happened("disconnected")), code);
    fixture.locateFailure = new DmlError(code, "Something else answered.");
    fixture.clock.advance(10_000);
    assertEquals(codeOf(await fixture.happened("disconnected")), code);
    fixture.locateFailure = null;
    fixture.clock.advance(10_000);
    const second = await fixture.master.accept();
    await second.next("hello");
    second.send({ type: "reject", code, reason: "Not you." });
    await second.close();
    assertEquals(codeOf(await fixture.happened("disconnected")), code);
    fixture.clock.advance(10_000);
    const third = await fixture.connect();
    await fixture.ready(third);
    assertEquals((await fixture.happened("connected")).kind, "connected");
  });
}

Deno.test("startNode() still ends on the command of a master that accepted it again", async () => {
  await using fixture = new NodeFixture();
  const first = await fixture.connect();
  first.send({ type: "goodbye", code: "unauthorized", reason: "Not any more." });
  await fixture.retry();
  const second = await fixture.connect();
  second.send(commandRun("shutdown"));
  assertEquals((await second.next("goodbye")).code, "shutting_down");
  await second.close();
  assertEquals((await fixture.node.finished).code, "shutting_down");
});

Deno.test("startNode() logs each refusal once a minute while it retries", async () => {
  const log = new WarningLog();
  await using fixture = new NodeFixture({ log });
  const html = new DmlError("protocol_version", "The server is not a dml master.");
  const denied = new DmlError("unauthorized", "It answered 401.");
  const fail = async (error: DmlError, afterMs = 10_000) => {
    fixture.locateFailure = error;
    fixture.clock.advance(afterMs);
    await fixture.happened("disconnected");
  };
  await (await fixture.connect()).close();
  await fixture.happened("disconnected");
  for (const error of [html, html, denied, html, denied]) await fail(error);
  const both = ["protocol_version: The server is not a dml master.", "unauthorized: It answered 401."];
  assertEquals(log.warnings, both);
  await fail(html, 60_000);
  await fail(html);
  assertEquals(log.warnings, [...both, both[0]]);
});
