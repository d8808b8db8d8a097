import { join } from "node:path";
import {
  type Context,
  contextFor,
  contextNamed,
  type Contexts,
  contextsIn,
  currentOf,
  NO_CONTEXTS,
  withContext,
  withoutContext,
} from "../../../user/access/contexts.ts";
import { contextsPath, readContexts, writeContexts } from "../../../user/access/contexts_file.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const HOME: Context = {
  name: "home",
  master: "192.168.1.10:7400",
  token: "dmla_0",
  ca: null,
  role: "admin",
  gallery: null,
};
const WORK: Context = {
  ...HOME,
  name: "work",
  master: "attic:7400",
  token: "dmlp_0",
  role: "people",
  gallery: "staff",
};
const BOTH: Contexts = { current: "work", contexts: [HOME, WORK] };

Deno.test("withContext() adds or replaces a context and uses it; withoutContext() forgets it", () => {
  const one = withContext(NO_CONTEXTS, HOME);
  assertEquals([one.current, withContext(one, WORK)], ["home", BOTH]);
  const renewed = { ...HOME, token: "dmla_1" };
  assertEquals(withContext(BOTH, renewed), { current: "home", contexts: [WORK, renewed] });
  assertEquals(withoutContext(BOTH, "work"), { current: null, contexts: [HOME] });
  assertEquals(withoutContext(BOTH, "home"), { current: "work", contexts: [WORK] });
});

Deno.test("contextNamed() suggests the most similar name", () => {
  const error = assertThrows(() => contextNamed(BOTH, "hme"), DmlError);
  assertEquals([error.code, error.advice], ["context_unknown", "Did you mean home?"]);
});

Deno.test("contextFor() finds a context of this very address, the current one first", () => {
  assertEquals(contextFor(BOTH, { hostname: "192.168.1.10", port: 7400 }), HOME);
  assertEquals(contextFor(BOTH, { hostname: "192.168.1.10", port: 7401 }), null);
  const twice: Contexts = { current: "later", contexts: [HOME, { ...HOME, name: "later" }] };
  assertEquals(contextFor(twice, { hostname: "192.168.1.10", port: 7400 })?.name, "later");
  assertEquals([currentOf(BOTH)?.name, currentOf({ ...BOTH, current: null })], ["work", null]);
});

Deno.test("contextsIn() takes what was written, and nothing else", () => {
  assertEquals(contextsIn(JSON.parse(JSON.stringify(BOTH))), BOTH);
  const wrong: unknown[] = [
    null,
    [],
    { current: "home" },
    { current: 1, contexts: [] },
    { current: null, contexts: [{ ...HOME, token: 1 }] },
    { current: null, contexts: [{ ...HOME, master: "no address" }] },
    { current: null, contexts: [{ ...HOME, master: "192.168.1.10" }] },
    { current: null, contexts: [{ name: "home" }] },
  ];
  for (const value of wrong) assertEquals(contextsIn(value), null, JSON.stringify(value));
});

Deno.test("contextsPath() follows the rules of the platform", () => {
  const at = (os: string, variables: Record<string, string>) =>
    contextsPath({ os, variable: (name) => variables[name] });
  assertEquals(at("linux", { HOME: "/home/ann" }), "/home/ann/.config/dml/contexts.json");
  assertEquals(at("linux", { HOME: "/home/ann", XDG_CONFIG_HOME: "/c" }), "/c/dml/contexts.json");
  assertEquals(at("linux", { HOME: "/home/ann", XDG_CONFIG_HOME: "c" }), "/home/ann/.config/dml/contexts.json");
  assertEquals(at("darwin", { HOME: "/Users/ann" }), "/Users/ann/.config/dml/contexts.json");
  assertEquals(at("linux", { HOME: "/home/ann", DML_CONFIG: "/mine" }), "/mine/contexts.json");
  assertEquals(at("windows", { APPDATA: "C:\\Ann" }), "C:\\Ann\\dml\\contexts.json");
  assertEquals(at("linux", {}), null);
});

Deno.test("writeContexts() makes a file that only its owner can read, which readContexts() reads", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "config", "dml", "contexts.json");
  assertEquals([readContexts(path), readContexts(null)], [NO_CONTEXTS, NO_CONTEXTS]);
  await writeContexts(path, BOTH);
  assertEquals(readContexts(path), BOTH);
  if (Deno.build.os === "windows") return;
  const modes = [path, join(path, "..")].map((name) => (Deno.statSync(name).mode ?? 0) & 0o777);
  assertEquals(modes, [0o600, 0o700]);
});

Deno.test("readContexts() says which file is damaged, and what to do without it", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "contexts.json");
  for (const text of ["", "{", "[]", '{"current":null,"contexts":[{}]}']) {
    await Deno.writeTextFile(path, text);
    const error = assertThrows(() => readContexts(path), DmlError);
    assertEquals(error.message, `${path} does not hold the contexts of dml.`);
    assert(error.advice.includes("--context none"), error.advice);
  }
});
