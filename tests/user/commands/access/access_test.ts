import { join } from "node:path";
import type { AuditEntry } from "../../../../protocol/http_api/audit_api.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { readContexts } from "../../../../user/access/contexts_file.ts";
import type { TokenCommand } from "../../../../user/cli/access/access_command.ts";
import { parseCommand } from "../../../../user/cli/parse_command.ts";
import { runAudit } from "../../../../user/commands/access/audit.ts";
import { runContext } from "../../../../user/commands/access/context.ts";
import { type LoginContext, runLogin } from "../../../../user/commands/access/login.ts";
import { runToken } from "../../../../user/commands/access/token.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../../assert.ts";
import { ManualClock } from "../../../protocol/manual_clock.ts";
import { temporaryDirectory } from "../../../temporary_directory.ts";
import { FakeTerminal } from "../../fake_terminal.ts";
import { FakeAccessClient, LISTING } from "./access_world.ts";

/** Runs `dml token WORDS` against a fake master. */
async function token(words: string, access = new FakeAccessClient(), stored: Partial<TokenCommand> = {}) {
  const terminal = new FakeTerminal();
  const clock = new ManualClock();
  const { command } = parseCommand(["token", ...words.split(" ")], {});
  assertEquals(await runToken({ ...command, ...stored } as TokenCommand, { access, terminal, clock }), 0);
  return { access, out: terminal.outText, error: terminal.errorText };
}

Deno.test("runToken() create prints the line to paste, alone on standard output, and asks for what was said", async () => {
  const { access, out, error } = await token("create --role people --gallery home --name frigate --master attic");
  assertEquals(access.requests, [{ role: "people", gallery: "home", name: "frigate" }]);
  assertEquals(out, "dml login attic:7400 --token dmlp_0\n");
  assertStringIncludes(error, "The token frigate does not expire. It is shown this once");
  const node = await token("create --role node --ttl 1h --uses 1");
  assertEquals(node.access.requests, [{ role: "node", ttlMs: 3_600_000, uses: 1 }]);
  assertEquals(node.out, "dml join 127.0.0.1:7400 --token dmlp_0\n");
  assertEquals((await token("create --role metrics")).out, "Authorization: Bearer dmlp_0\n");
});

Deno.test("runToken() show prints the line for other hosts, and says if the master needs no token", async () => {
  const stored = { printedAddress: "192.168.1.10:7400" };
  assertEquals((await token("show node", undefined, stored)).out, "dml join 192.168.1.10:7400 --token dmlp_0\n");
  assertEquals((await token("show admin")).out, "dml login 127.0.0.1:7400 --token dmlp_0\n");
  const open = new FakeAccessClient();
  open.secret = null;
  const { out, error } = await token("show node", open);
  assertEquals(out, "dml join 127.0.0.1:7400\n");
  assertStringIncludes(error, "needs no token");
  assertEquals(JSON.parse((await token("show user --json")).out), {
    token: "dmlp_0",
    line: "dml login 127.0.0.1:7400 --token dmlp_0",
  });
});

Deno.test("runToken() rotate says that the old token is refused, and which context has it", async () => {
  const { error } = await token("rotate admin", undefined, { context: "home" });
  assertStringIncludes(error, "The old token of the role admin is refused from now on. The context home may have it");
});

Deno.test("runToken() list fits a narrow terminal, and --json has everything", async () => {
  const access = new FakeAccessClient();
  access.listing = {
    ...LISTING,
    expiresAtMs: new ManualClock().wallMs() + 7_200_000,
    name: "a-token-with-a-long-name",
  };
  const terminal = new FakeTerminal();
  terminal.outColumns = 80;
  const { command } = parseCommand(["token", "list"], {});
  await runToken(command as TokenCommand, { access, terminal, clock: new ManualClock() });
  const lines = terminal.outText.split("\n");
  assert(lines.every((line) => line.length <= 80), terminal.outText);
  assertStringIncludes(lines[1], "a-token-with-a-long-name");
  assertStringIncludes(lines[1], "in 2 h");
  assertEquals(JSON.parse((await token("list --json", access)).out), access.listing);
  assertEquals((await token("revoke frigate")).out.startsWith("frigate is revoked"), true);
});

const entry = (entryId: number): AuditEntry => ({
  entryId,
  atMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  actor: "frigate",
  action: "person.enrol",
  subject: `home/Ada ${entryId}\x1b[2J`,
  detail: "ada.jpg",
});

Deno.test("runAudit() reads every page, prints no controls, and tells of entries that were dropped", async () => {
  const access = new FakeAccessClient();
  access.pages = [
    { entries: [entry(3), entry(4)], next: 4, dropped: 2 },
    { entries: [entry(5)], next: null, dropped: 2 },
  ];
  const terminal = new FakeTerminal();
  const clock = new ManualClock();
  clock.advance(3_600_000);
  await runAudit({ sinceMs: 60_000, json: false }, { access, clock, terminal });
  const sinceMs = clock.wallMs() - 60_000;
  assertEquals(access.requests, [{ sinceMs, after: 0 }, { sinceMs, after: 4 }]);
  const lines = terminal.outText.split("\n");
  assertEquals(lines[1], "2026-01-02 03:04:05  frigate  person.enrol  home/Ada 3?[2J  ada.jpg");
  assertEquals(lines.slice(-2), ["2 older entries were dropped; 20,000 are kept.", ""]);
  const json = new FakeTerminal();
  await runAudit({ sinceMs: 60_000, json: true }, { access: new FakeAccessClient(), clock, terminal: json });
  assertEquals(json.outText, "");
});

/** Logs in to a fake master and returns the contexts. */
async function login(line: string, overrides: Partial<LoginContext> & { access?: FakeAccessClient } = {}) {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "dml", "contexts.json");
  const terminal = new FakeTerminal();
  const { command } = parseCommand(["login", ...line.split(" ")], {});
  if (command.verb !== "login") throw new Error("it is another command");
  const asked: (string | null)[] = [];
  const { access = new FakeAccessClient(), ...others } = overrides;
  const info = { product: "dml", version: "0", protocol: { min: 1, max: 1 }, controlPort: 1, tokenRequired: true };
  const run = runLogin(command, {
    terminal,
    signal: new AbortController().signal,
    stdin: ReadableStream.from([new TextEncoder().encode("dmla_typed\n")]),
    isInteractive: false,
    path,
    open(token) {
      asked.push(token);
      return { access, cluster: { info: () => Promise.resolve(info as never) } };
    },
    recognise: () => Promise.resolve(null),
    ...others,
  });
  const failure = await run.then(() => null, (error) => error);
  return { asked, failure, out: terminal.outText, contexts: readContexts(path) };
}

Deno.test("runLogin() keeps the master, the token, its role and its gallery as the context in use", async () => {
  const access = new FakeAccessClient();
  access.own = { name: "frigate", role: "people", gallery: "home", expiresAtMs: Date.UTC(2026, 0, 2, 3, 4) };
  const { asked, out, contexts } = await login("192.168.1.10 --token dmlp_0", { access });
  assertEquals(asked, ["dmlp_0"], "nobody was asked whether a token is needed");
  const master = "192.168.1.10:7400";
  const context = { name: "192.168.1.10", master, token: "dmlp_0", ca: null, role: "people", gallery: "home" };
  assertEquals(contexts, { current: "192.168.1.10", contexts: [context] });
  assertStringIncludes(out, "Logged in to 192.168.1.10:7400 as frigate (role people, for the gallery home).");
  assertStringIncludes(out, "The token expires on 2026-01-02 03:04 UTC.");
});

Deno.test("runLogin() reads the token from standard input, and keeps nothing if it is refused", async () => {
  const typed = await login("attic:80 --name home");
  assertEquals([typed.asked[1], typed.contexts.current, typed.contexts.contexts[0].master], [
    "dmla_typed",
    "home",
    "attic:80",
  ]);
  const refused = new FakeAccessClient();
  refused.ownToken = () => Promise.reject(new DmlError("unauthorized", "The token is not one of this cluster."));
  const { failure, contexts } = await login("attic", { access: refused });
  assertEquals([failure?.code, contexts.contexts], ["unauthorized", []]);
});

Deno.test("runLogin() asks on a terminal, and says at once if the token was cut", async () => {
  const { failure, asked } = await login("attic", { isInteractive: true, setRaw: () => {} });
  assertEquals([failure?.code, failure?.message], [
    "unauthorized",
    "The token is cut short: 5 characters follow dmla_, and a whole one has 32.",
  ]);
  assertEquals(asked, [null], "it was sent to nobody");
});

Deno.test("runLogin() keeps the certificate of the master's authority", async () => {
  const { contexts } = await login("attic --token dmla_0", {
    recognise: (token) => Promise.resolve({ ca: `PEM for ${token}` }),
  });
  assertEquals(contexts.contexts[0].ca, "PEM for dmla_0");
});

Deno.test("runLogin() asks for the token if the master speaks TLS, which cannot be recognised without one", async () => {
  const { asked, contexts } = await login("attic", {
    recognise: (token) =>
      token === null
        ? Promise.reject(new DmlError("tls_required", "This master speaks TLS."))
        : Promise.resolve({ ca: "PEM" }),
  });
  assertEquals(asked, ["dmla_typed"]);
  assertEquals(contexts.contexts[0].ca, "PEM");
});

Deno.test("runContext() lists contexts without secrets, chooses one and removes one", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "contexts.json");
  const context = (name: string) => ({
    name,
    master: `${name}:7400`,
    token: "dmla_0",
    ca: null,
    role: "admin",
    gallery: null,
  });
  await Deno.writeTextFile(path, JSON.stringify({ current: "home", contexts: [context("home"), context("work")] }));
  const run = async (words: string) => {
    const terminal = new FakeTerminal();
    const { command } = parseCommand(["context", ...words.split(" ")], {});
    if (command.verb !== "context") throw new Error("it is another command");
    await runContext(command, { terminal, path });
    return terminal.outText;
  };
  assertEquals(
    await run("list"),
    "   name  master     role   gallery\n*  home  home:7400  admin\n   work  work:7400  admin\n",
  );
  assert(!(await run("list --json")).includes("dmla_0"));
  assertEquals(await run("use work"), "The master at work:7400 is used from now on.\n");
  assertEquals(readContexts(path).current, "work");
  assertEquals((await assertRejects(() => run("use wrk"), DmlError)).code, "context_unknown");
  await run("remove work");
  assertEquals([readContexts(path).current, readContexts(path).contexts.length], [null, 1]);
  await run("use none");
  await run("remove home");
  assertEquals(await run("list"), "There is no context; `dml login HOST` makes one.\n");
});
