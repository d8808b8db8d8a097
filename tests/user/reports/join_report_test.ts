import { ERRORS } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { JoinReport } from "../../../user/reports/join_report.ts";
import { serveReport } from "../../../user/reports/serve_report.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { FakeTerminal } from "../fake_terminal.ts";

function setUp(progress = true) {
  const [terminal, clock] = [new FakeTerminal(), new ManualClock()];
  return { terminal, clock, report: new JoinReport({ terminal, clock, progress }) };
}

Deno.test("JoinReport() prints each change of the node in one line", () => {
  const { terminal, report } = setUp();
  report.started({ name: "attic", nodeId: "node_1", workers: 2, master: "10.0.0.1:7400" });
  report.print({ kind: "connected" });
  const ready = { kind: "modelReady", model: "faces@1", imagesPerSecond: 6.66 } as const;
  report.print({ ...ready, fetchedBytes: 7 * 1024 ** 2 });
  report.print({ ...ready, fetchedBytes: 0 });
  report.print({ ...ready, model: "empty@1", imagesPerSecond: LIMITS.imagesPerSecondMax, fetchedBytes: 0 });
  report.print({ kind: "modelFailed", model: "faces@2", failure: { reason: "no \x1b[2Jroom" } });
  report.print({
    kind: "disconnected",
    ending: { code: "shutting_down", reason: "The master stops." },
    retryInMs: 1_500,
  });
  report.print({ kind: "drainChanged", draining: true });
  report.print({ kind: "drainChanged", draining: false });
  report.left();
  assertEquals(terminal.outText.trimEnd().split("\n"), [
    "Node attic (node_1) with 2 workers connects to 10.0.0.1:7400.",
    "The master has accepted the node.",
    "Ready for faces@1: 6.7/s per worker; 7 MiB were fetched.",
    "Ready for faces@1: 6.7/s per worker; all of its files were cached.",
    "Ready for empty@1: over 1,000,000/s per worker; all of its files were cached.",
    "Not ready for faces@2: no ?[2Jroom",
    "No connection: The master stops. Trying again in 1.5 s.",
    "Takes no new pictures and finishes the running ones.",
    "Takes pictures again.",
    "The node has left.",
  ]);
});

Deno.test("JoinReport() shows the model that is being loaded, until there is something else to show", () => {
  const { terminal, report } = setUp();
  report.print({ kind: "modelLoading", model: "faces@1" });
  assertEquals(terminal.statuses, ["faces@1 is being loaded and tested."]);
  report.print({ kind: "modelReady", model: "faces@1", imagesPerSecond: 6.66, fetchedBytes: 0 });
  assertEquals(terminal.statuses.at(-1), null);
  const quiet = setUp(false);
  quiet.report.print({ kind: "modelLoading", model: "faces@1" });
  assertEquals([quiet.terminal.statuses, quiet.terminal.outText], [[], ""]);
});

Deno.test("JoinReport() advises once what to do about a connection that fails", () => {
  const { terminal, report } = setUp();
  const duplicate = { code: "node_duplicate", reason: "The node node_1 is connected from elsewhere." } as const;
  const web = { code: "protocol_version", reason: "It is no master.", advice: "Check the address." } as const;
  for (const ending of [duplicate, duplicate, web, web]) {
    report.print({ kind: "disconnected", ending, retryInMs: 200 });
  }
  report.print({ kind: "connected" });
  report.print({ kind: "disconnected", ending: web, retryInMs: 200 });
  const advised = terminal.outText.trimEnd().split("\n").map((line) => line.replace("Trying again in 200 ms.", "…"));
  const once = "No connection: The node node_1 is connected from elsewhere.";
  assertEquals(advised, [
    `${once} ${ERRORS.node_duplicate.advice} …`,
    `${once} …`,
    "No connection: It is no master. Check the address. …",
    "No connection: It is no master. …",
    "The master has accepted the node.",
    "No connection: It is no master. Check the address. …",
  ]);
});

Deno.test("JoinReport() does not print a refusal again that the node calls repeated", () => {
  const { terminal, report } = setUp();
  const ending = { code: "unauthorized", reason: "The server answered 401.", advice: "Wait." } as const;
  report.print({ kind: "disconnected", ending, retryInMs: 200, isRepeated: false });
  report.print({ kind: "disconnected", ending, retryInMs: 400, isRepeated: true });
  assertEquals(terminal.outText, "No connection: The server answered 401. Wait. Trying again in 200 ms.\n");
});

Deno.test("JoinReport() says that a node waits for approval, and that it keeps asking", () => {
  const { terminal, report } = setUp();
  const ending = { code: "approval_pending", reason: "The node attic waits." } as const;
  report.print({ kind: "disconnected", ending, retryInMs: 1_000, isRepeated: false });
  report.print({ kind: "disconnected", ending, retryInMs: 1_000, isRepeated: true });
  const { advice } = ERRORS.approval_pending;
  assertEquals(terminal.outText, `The node attic waits. ${advice} The node keeps asking.\n`);
});

Deno.test("JoinReport() draws a progress bar while files arrive, and removes it at the end", () => {
  const { terminal, report } = setUp();
  report.received({ model: "faces@1", doneBytes: 1024 ** 2, totalBytes: 4 * 1024 ** 2 });
  assertEquals(terminal.statuses, ["[######------------------] faces@1: 1 MiB of 4 MiB"]);
  report.received({ model: "faces@1", doneBytes: 4 * 1024 ** 2, totalBytes: 4 * 1024 ** 2 });
  assertEquals(terminal.statuses.at(-1), null);
  const quiet = setUp(false);
  quiet.report.received({ model: "faces@1", doneBytes: 1, totalBytes: 2 });
  assertEquals(quiet.terminal.statuses, []);
});

Deno.test("serveReport() prints command lines that can be pasted unchanged", () => {
  const facts = {
    address: "10.0.0.1:7400",
    otherAddresses: [],
    joinCommand: "dml join 10.0.0.1:7400 --token dmln_x",
    predictCommand: "dml predict PHOTO --master 10.0.0.1:7400 --token dmlu_x",
    nodesCommand: "dml nodes --master 10.0.0.1:7400 --token dmla_x",
    tokenRequired: true,
    hiddenTokensPath: null,
    isSecure: true,
    plainAddress: null,
    dialects: [],
    computesToo: true,
  };
  const lines = serveReport(facts, { program: "deno task", color: false }).split("\n");
  assertEquals(lines[0], "The master listens on 10.0.0.1:7400.");
  assert(lines.includes("  deno task join 10.0.0.1:7400 --token dmln_x"));
  assert(lines.includes("  deno task predict PHOTO --master 10.0.0.1:7400 --token dmlu_x"));
  const local = serveReport({ ...facts, tokenRequired: false }, { program: "dml", color: false });
  assertStringIncludes(local, "--host 0.0.0.0");
  assertStringIncludes(local, "  dml nodes --master");
  assert(!local.includes("Other addresses"));
  const otherAddresses = [
    { address: "[2001:db8::2]:7400", virtualInterface: null },
    { address: "172.17.0.1:7400", virtualInterface: "docker0" },
  ];
  const several = serveReport({ ...facts, otherAddresses }, { program: "dml", color: false });
  assertEquals(several.split("\n").slice(3, 9), [
    "",
    "Other addresses of this host, if that one is not reached:",
    "",
    "  [2001:db8::2]:7400",
    "  172.17.0.1:7400 (docker0)",
    "",
  ]);
  const hidden = serveReport({ ...facts, hiddenTokensPath: "/data/tokens.json" }, { program: "dml", color: false });
  assertStringIncludes(hidden, "stand for `node`, `user` and `admin` in /data/tokens.json.\n");
  assert(!hidden.includes("--insecure"));
  const insecure = serveReport({ ...facts, isSecure: false }, { program: "dml", color: false });
  const plain = serveReport({ ...facts, plainAddress: "10.0.0.1:7402" }, { program: "dml", color: false });
  assertStringIncludes(plain.split("\n")[3], "Port 10.0.0.1:7402 speaks no TLS (--plain)");
  assertStringIncludes(insecure.split("\n")[3], "It speaks no TLS (--insecure): whoever listens on the network learns");
  assertStringIncludes(hidden, "`dml token show node` prints the line with its token");
  assert(!several.includes("dml token"));
  assertStringIncludes(lines[2], "This host computes too");
  assertEquals(lines[1], "Its page for browsers is at https://10.0.0.1:7400/.");
  assertStringIncludes(insecure, "Its page for browsers is at http://10.0.0.1:7400/.\n");
  assertStringIncludes(local, "Its page for browsers is at http://10.0.0.1:7400/.\n");
  const pure = serveReport({ ...facts, computesToo: false }, { program: "dml", color: false });
  assertStringIncludes(pure.split("\n")[2], "pictures wait for a node");
});
