import { DmlError } from "../../../protocol/kernel/errors.ts";
import { type Contexts, NO_CONTEXTS } from "../../../user/access/contexts.ts";
import type { OwnMaster } from "../../../user/access/own_master.ts";
import { type StoredAccess, usesContext } from "../../../user/access/standing_values.ts";
import { parseCommand } from "../../../user/cli/parse_command.ts";
import { flagsOf, VERB_NAMES } from "../../../user/cli/verbs.ts";
import { assertEquals, assertThrows } from "../../assert.ts";

const CONTEXTS: Contexts = {
  current: "home",
  contexts: [
    { name: "home", master: "192.168.1.10:7400", token: "dmla_home", ca: null, role: "admin", gallery: null },
    { name: "work", master: "attic:80", token: "dmlp_work", ca: "PEM", role: "people", gallery: "staff" },
    { name: "open", master: "here:7400", token: null, ca: null, role: "admin", gallery: null },
  ],
};
const OWN: OwnMaster = { here: "127.0.0.1:7400", elsewhere: "192.168.1.20:7400", adminToken: "dmla_own" };

interface Facts {
  readonly environment?: Record<string, string>;
  readonly contexts?: Contexts;
  readonly own?: OwnMaster | null;
}

/** Returns the master and the token of a command line, and what they come from. */
function chosen(line: string, { environment = {}, contexts = CONTEXTS, own = null }: Facts = {}) {
  const stored: StoredAccess = { contexts: () => contexts, ownMaster: () => own };
  const { command } = parseCommand(line.split(" "), environment, stored);
  const { master, token, context, ca, tokenFile } = command as {
    master: { hostname: string; port: number } | null;
    token: string | null;
    context?: string;
    ca?: string;
    tokenFile?: string;
  };
  const from = [context, ca, tokenFile].filter((part) => part !== undefined);
  return [master === null ? null : `${master.hostname}:${master.port}`, token, ...from];
}

Deno.test("a flag comes before its variable, the variable before the context, the context before the default", () => {
  const environment = { DML_MASTER: "variable", DML_TOKEN: "dmlu_variable" };
  assertEquals(chosen("nodes --master flag --token dmla_flag", { environment }), ["flag:7400", "dmla_flag"]);
  assertEquals(chosen("nodes", { environment }), ["variable:7400", "dmlu_variable"]);
  assertEquals(chosen("nodes"), ["192.168.1.10:7400", "dmla_home", "home"]);
  assertEquals(chosen("nodes", { contexts: NO_CONTEXTS }), [null, null]);
  assertEquals(chosen("nodes --token dmlu_flag"), ["192.168.1.10:7400", "dmlu_flag", "home"]);
});

Deno.test("the token of a context goes to the master that it was kept with, and to no other", () => {
  assertEquals(chosen("nodes --master elsewhere"), ["elsewhere:7400", null]);
  assertEquals(chosen("nodes --master 192.168.1.10:7401"), ["192.168.1.10:7401", null]);
  assertEquals(chosen("nodes", { environment: { DML_MASTER: "elsewhere" } }), ["elsewhere:7400", null]);
  assertEquals(chosen("nodes --master attic:80"), ["attic:80", "dmlp_work", "work", "PEM"]);
  assertEquals(chosen("nodes --master elsewhere --context work"), ["elsewhere:7400", null]);
  assertEquals(chosen("nodes --master attic:80 --context work"), ["attic:80", "dmlp_work", "work", "PEM"]);
});

Deno.test("--context and DML_CONTEXT choose a context, or none", () => {
  assertEquals(chosen("nodes --context open"), ["here:7400", null, "open"]);
  assertEquals(chosen("nodes", { environment: { DML_CONTEXT: "open" } }), ["here:7400", null, "open"]);
  assertEquals(chosen("nodes --context none"), [null, null]);
  assertEquals(chosen("nodes --context home", { environment: { DML_CONTEXT: "none" } })[2], "home");
  assertEquals(assertThrows(() => chosen("nodes --context wrk"), DmlError).advice, "Did you mean work?");
});

Deno.test("a token of the role people brings its gallery, unless another is named", () => {
  const galleryOf = (line: string) => {
    const { command } = parseCommand(line.split(" "), {}, { contexts: () => CONTEXTS, ownMaster: () => null });
    return "gallery" in command ? command.gallery : undefined;
  };
  assertEquals(galleryOf("people list --context work"), "staff");
  assertEquals(galleryOf("predict a.jpg --context work"), "staff");
  assertEquals(galleryOf("people list --context work --gallery guests"), "guests");
  assertEquals(galleryOf("people list"), "default");
});

Deno.test("dml token and dml audit find a master of this host after the context; --home puts it first", () => {
  for (const line of ["token list", "audit"]) {
    assertEquals(chosen(line, { own: OWN, contexts: NO_CONTEXTS }), ["127.0.0.1:7400", "dmla_own"]);
    assertEquals(chosen(line, { own: OWN }), ["192.168.1.10:7400", "dmla_home", "home"]);
    assertEquals(chosen(`${line} --home /var/lib/dml`, { own: OWN }), ["127.0.0.1:7400", "dmla_own"]);
    assertEquals(chosen(`${line} --context none`, { own: OWN }), ["127.0.0.1:7400", "dmla_own"]);
    assertEquals(chosen(`${line} --master elsewhere`, { own: OWN }), ["elsewhere:7400", null]);
  }
  assertEquals(chosen("nodes", { own: OWN, contexts: NO_CONTEXTS }), [null, null]);
  const { command } = parseCommand(["token", "show", "node"], {}, {
    contexts: () => NO_CONTEXTS,
    ownMaster: () => OWN,
  });
  assertEquals("printedAddress" in command && command.printedAddress, "192.168.1.20:7400");
});

Deno.test("the contexts are not read for commands that use none", () => {
  const stored: StoredAccess = {
    contexts() {
      throw new Error("read in vain");
    },
    ownMaster: () => null,
  };
  const lines = ["help", "version", "serve", "join attic", "login attic", "context list", "completions bash"];
  for (const line of [...lines, "nodes --context none", "nodes --master attic --token dmla_0"]) {
    parseCommand(line.split(" "), {}, stored);
  }
});

Deno.test("--token-file and --token - leave the token to be read, and precede the context", () => {
  assertEquals(chosen("nodes --token-file t"), ["192.168.1.10:7400", null, "home", "t"]);
  assertEquals(chosen("nodes --token -"), ["192.168.1.10:7400", null, "home", "-"]);
  assertEquals(chosen("nodes --token dmla_0 --token-file t"), ["192.168.1.10:7400", null, "home", "t"]);
  const environment = { DML_TOKEN_FILE: "t" };
  assertEquals(chosen("nodes", { environment }), ["192.168.1.10:7400", null, "home", "t"]);
  assertEquals(chosen("nodes --token dmla_0", { environment }), ["192.168.1.10:7400", "dmla_0", "home"]);
  assertThrows(() => chosen("predict - --token -"), DmlError, "cannot be both");
});

Deno.test("usesContext() is true of every verb that has a flag for it", () => {
  const named = VERB_NAMES.filter((verb) => flagsOf(verb).includes("context"));
  assertEquals(named.filter((verb) => !usesContext(verb)), []);
  assertEquals(named.includes("logs"), true);
});
