import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { DefaultTokens } from "../../../master/access/default_tokens.ts";
import { MemoryTokenRecords } from "../../../master/access/token_records.ts";
import { SqliteLedger } from "../../../master/ledger/sqlite_ledger.ts";
import type { TokenRequest } from "../../../protocol/http_api/token_api.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { withPin } from "../../../protocol/security/pin.ts";
import { ROLES } from "../../../protocol/security/roles.ts";
import { newToken } from "../../../protocol/security/tokens.ts";
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { TokenWorld } from "./token_world.ts";

const HOUR_MS = 3_600_000;
const [PIN, OTHER_PIN] = ["a".repeat(26), "b".repeat(26)];

Deno.test("TokenStore.identify() knows default and created tokens of every role, and the gallery of people", () => {
  const { store, tokens } = new TokenWorld();
  for (const role of ["user", "node", "admin"] as const) {
    assertEquals(store.identify(tokens[role]), { role, name: role });
  }
  for (const role of ROLES) {
    const gallery = role === "people" ? { gallery: "home" } : {};
    const { token } = store.create({ role, name: `my-${role}`, ...gallery });
    assertEquals(store.identify(token), { role, name: `my-${role}`, ...gallery });
  }
  for (const wrong of [null, "", "dmlu_", tokens.user.slice(1), newToken("user")]) {
    assertEquals(store.identify(wrong), null);
  }
});

Deno.test("TokenStore.identify() refuses a token from the moment it expires, also one that is in use", () => {
  const { store, clock } = new TokenWorld();
  const { token } = store.create({ role: "user", name: "guest", ttlMs: HOUR_MS });
  clock.advance(HOUR_MS - 1);
  assertEquals(store.identify(token)?.name, "guest");
  clock.advance(1);
  assertEquals(store.identify(token), null);
  const { reason, advice } = store.explain(token);
  assertMatch(reason, /^The token guest expired on \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/);
  assertMatch(advice, /dml token create --role user.*clock of the master's host/);
});

Deno.test("TokenStore.revoke() refuses a token at once and after a restart, and says so to its holder only", () => {
  const world = new TokenWorld();
  const { store } = world;
  const { token } = store.create({ role: "people", name: "frigate", gallery: "home" });
  assertEquals(store.revoke("frigate").state, "revoked");
  for (const opened of [store, world.reopened()]) {
    assertEquals(opened.identify(token), null);
    const { reason, advice } = opened.explain(token);
    assertMatch(reason, /^The token frigate was revoked on /);
    assertMatch(advice, /--role people --gallery home/);
    assertEquals(opened.explain(newToken("people")).reason, "The token is not one of this cluster.");
  }
  assertEquals(assertThrows(() => store.revoke("frigat"), DmlError).advice, "Did you mean frigate?");
  assertEquals(assertThrows(() => store.revoke("admin"), DmlError).advice, "`dml token rotate admin` replaces it.");
});

Deno.test("TokenStore.revoke() takes the valid one of several tokens that had a name, or one by its id", () => {
  const { store } = new TokenWorld();
  store.create({ role: "user", name: "guest" });
  store.revoke("guest");
  const { token, listing } = store.create({ role: "user", name: "guest" });
  store.revoke(listing.tokenId ?? "");
  assertEquals(store.identify(token), null);
  assertEquals(store.list().filter(({ name }) => name === "guest").map(({ state }) => state), ["revoked", "revoked"]);
});

Deno.test("TokenStore.spend() lets in as many nodes as a token may, and never more after a restart", () => {
  const world = new TokenWorld();
  const { token } = world.store.create({ role: "node", name: "attic", uses: 2 });
  assertEquals([world.store.spend(token), world.store.spend(token)], [true, true]);
  for (const store of [world.store, world.reopened()]) {
    assertEquals([store.spend(token), store.identify(token)], [false, null]);
    assertEquals(store.explain(token).reason, "The token attic has let in 2 nodes, as many as it may.");
  }
  assertEquals(world.store.spend(world.tokens.node), true, "the default token lets in any number");
  assertEquals(world.store.spend(newToken("node")), false);
});

Deno.test("TokenStore.spend() counts a use at once, also while it cannot be written", () => {
  let isFull = true;
  const records = new MemoryTokenRecords();
  const world = new TokenWorld({
    records: {
      all: () => records.all(),
      save(changed, deletedIds) {
        if (isFull && changed.some(({ uses }) => uses > 0)) throw new DmlError("disk_full", "The disk is full.");
        records.save(changed, deletedIds);
      },
    },
  });
  const { token } = world.store.create({ role: "node", uses: 1 });
  assertEquals([world.store.spend(token), world.store.spend(token), world.store.identify(token)], [true, false, null]);
  isFull = false;
  world.store.flush();
  assertEquals(world.reopened().identify(token), null);
});

Deno.test("TokenStore keeps no secret: neither in its records nor in its listings", () => {
  const world = new TokenWorld();
  const secrets = ROLES.map((role) =>
    world.store.create({ role, ...(role === "people" ? { gallery: "home" } : {}) }).token
  );
  const kept = JSON.stringify([world.records.all(), world.store.list()]);
  assertEquals([...secrets, ...Object.values(world.tokens)].filter((secret) => kept.includes(secret.slice(5))), []);
});

Deno.test("TokenStore.explain() says of a token whether it was cut, changed, or is of another cluster", () => {
  const { store, tokens } = new TokenWorld({ pin: PIN });
  const { user } = tokens;
  const reasonOf = (token: string) => store.explain(token).reason;
  assertMatch(reasonOf(user.slice(0, 20)), /cut short: 15 characters follow dmlu_, and a whole one has 32/);
  assertMatch(reasonOf(withPin(user, PIN).slice(0, -1)), /cut short: its last part has 25 of 26 characters/);
  assertMatch(reasonOf(`${user.slice(0, -1)}l`), /changed: it has a character that no token of dml has/);
  assertMatch(reasonOf(`${user}0`), /changed: it is longer/);
  assertMatch(reasonOf("hunter2"), /no token of dml: one begins with dmlu_/);
  assertMatch(reasonOf(withPin(user, OTHER_PIN)), /of another cluster/);
  assertEquals(reasonOf(newToken("user")), "The token is not one of this cluster.");
  assertEquals(store.identify(withPin(user, OTHER_PIN)), null, "not even with a right secret");
  assertEquals(store.identify(withPin(user, PIN))?.name, "user");
});

Deno.test("TokenStore.create() hands out tokens that end in the pin of the master", () => {
  const { store } = new TokenWorld({ pin: PIN });
  const { token } = store.create({ role: "user" });
  assert(token.endsWith(`_${PIN}`));
  assertEquals(store.identify(token)?.role, "user");
});

Deno.test("TokenStore.create() refuses what makes no sense, and a name that a valid token has", () => {
  const { store, clock } = new TokenWorld();
  const codeOf = (request: TokenRequest) => assertThrows(() => store.create(request), DmlError).code;
  assertEquals(codeOf({ role: "people" }), "request_invalid");
  assertEquals(codeOf({ role: "user", gallery: "home" }), "request_invalid");
  assertEquals(codeOf({ role: "user", uses: 1 }), "request_invalid");
  assertEquals(codeOf({ role: "user", name: "admin" }), "request_invalid");
  store.create({ role: "user", name: "guest", ttlMs: HOUR_MS });
  assertEquals(codeOf({ role: "metrics", name: "guest" }), "token_exists");
  clock.advance(HOUR_MS);
  assertEquals(store.create({ role: "metrics", name: "guest" }).listing.name, "guest", "the other one has expired");
});

Deno.test("TokenStore.create() forgets the oldest invalid token when it is full, and never a valid one", () => {
  const { store, records } = new TokenWorld();
  for (let count = 0; count < LIMITS.tokensMax; count++) store.create({ role: "user", name: `user-number-${count}` });
  assertEquals(assertThrows(() => store.create({ role: "user" }), DmlError).code, "tokens_full");
  store.revoke("user-number-7");
  store.create({ role: "user", name: "one-more" });
  assertEquals(records.all().some(({ name }) => name === "user-number-7"), false);
  assertEquals(records.all().length, LIMITS.tokensMax);
});

Deno.test("TokenStore writes the last uses once a minute, and keeps them if that fails", () => {
  const records = new MemoryTokenRecords();
  const { store, clock } = new TokenWorld({ records });
  const { token } = store.create({ role: "user", name: "guest" });
  const written = () => records.all()[0].lastUsedAtMs;
  store.sweep(clock.nowMs());
  store.identify(token);
  store.sweep(clock.nowMs() + 1_000);
  assertEquals(written(), null);
  const { save } = records;
  records.save = () => {
    throw new DmlError("disk_full", "No space is left.");
  };
  store.sweep(clock.nowMs() + 60_000);
  records.save = save;
  store.flush();
  assertEquals(written(), clock.wallMs());
  assertEquals(store.list().find(({ name }) => name === "guest")?.lastUsedAtMs, clock.wallMs());
});

Deno.test("DefaultTokens.rotate() replaces one token, and none if it cannot be saved", async () => {
  const { store, tokens } = new TokenWorld();
  const rotated = await store.defaults?.rotate("node") ?? "";
  assertEquals([store.identify(tokens.node), store.identify(rotated)?.name], [null, "node"]);
  assertEquals(store.identify(tokens.user)?.name, "user");
  const unsaved = new DefaultTokens(tokens, () => Promise.reject(new DmlError("disk_full", "No space is left.")));
  await assertRejects(() => unsaved.rotate("user"), DmlError);
  assertEquals(unsaved.show("user"), tokens.user);
});

Deno.test("SqliteTokens keeps tokens over a restart, and their digests only", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "ledger.sqlite");
  const ledger = SqliteLedger.open(path);
  const world = new TokenWorld({ records: ledger.tokens() });
  const { token } = world.store.create({ role: "people", name: "frigate", gallery: "home", ttlMs: HOUR_MS });
  world.store.create({ role: "node", uses: 3 });
  const plain = world.store.create({ role: "user", plain: true }).token;
  world.store.identify(token);
  world.store.flush();
  const before = world.store.list();
  ledger.close();
  const again = SqliteLedger.open(path);
  const reopened = new TokenWorld({ records: again.tokens() });
  assertEquals(reopened.store.list().slice(3), before.slice(3));
  assertEquals(reopened.store.identify(token), { role: "people", name: "frigate", gallery: "home" });
  assertEquals([reopened.store.identify(plain), reopened.store.plain.identify(plain)?.role], [null, "user"]);
  again.close();
  const bytes = new TextDecoder("latin1").decode(await Deno.readFile(path));
  assert(!bytes.includes(token.slice(5)));
});

Deno.test("a ledger of the version before tokens is migrated, and an audit cannot be changed afterwards", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "ledger.sqlite");
  SqliteLedger.open(path).close();
  const database = new DatabaseSync(path);
  database.exec(`DROP TABLE tokens; DROP TABLE audit; PRAGMA user_version = 2;
    ALTER TABLE nodes DROP COLUMN public_key; ALTER TABLE nodes DROP COLUMN standing;
    DROP TABLE node_labels; DROP TABLE requirements; DROP TABLE model_labels;`);
  database.close();
  const ledger = SqliteLedger.open(path);
  assertEquals(ledger.tokens().all(), []);
  ledger.close();
  const raw = new DatabaseSync(path);
  raw.exec("INSERT INTO audit (at_ms, actor, action, subject) VALUES (1, 'a', 'b', 'c')");
  assertThrows(() => raw.exec("UPDATE audit SET actor = 'somebody else'"), Error, "never changed");
  raw.close();
});
