import { DmlError } from "../../../protocol/kernel/errors.ts";
import { parseCommand } from "../../../user/cli/parse_command.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";

const parse = (line: string) => parseCommand(line.split(" "), { DML_NODE_NAME: "a node" }).command;
const messageOf = (line: string) => assertThrows(() => parse(line), DmlError).message;

const TOKEN = { verb: "token", master: null, token: null, home: null, json: false } as const;
const CREATE = {
  ...TOKEN,
  subVerb: "create",
  role: "user",
  name: null,
  ttlMs: null,
  uses: null,
  gallery: null,
  plain: false,
} as const;

Deno.test("parseCommand() parses dml token", () => {
  assertEquals(parse("token"), { ...TOKEN, subVerb: "list" });
  assertEquals(parse("token create"), CREATE);
  assertEquals(parse("token create --role node --ttl 24h --uses 1 --name frigate"), {
    ...CREATE,
    role: "node",
    ttlMs: 86_400_000,
    uses: 1,
    name: "frigate",
  });
  assertEquals(parse("token create --role people"), { ...CREATE, role: "people", gallery: "default" });
  assertEquals(parse("token create --role people --gallery home"), { ...CREATE, role: "people", gallery: "home" });
  assertEquals(parse("token create --for-plain"), { ...CREATE, plain: true });
  assertEquals(parse("token revoke frigate --json"), { ...TOKEN, json: true, subVerb: "revoke", revoked: "frigate" });
  assertEquals(parse("token rotate admin"), { ...TOKEN, subVerb: "rotate", role: "admin" });
  assertEquals(parse("token show node"), { ...TOKEN, subVerb: "show", role: "node" });
});

Deno.test("parseCommand() refuses what makes no sense of dml token", () => {
  assertEquals(
    messageOf("token create --uses 1"),
    "--uses counts the nodes that a token lets in; it needs --role node.",
  );
  assertEquals(messageOf("token create --gallery home"), "A token of the role user is not bound to a gallery.");
  assertEquals(
    messageOf("token create --role boss"),
    '--role must be one of user, people, node, admin, metrics, not "boss".',
  );
  for (const ttl of ["24", "0h", "1w", "h", "-1h", "9999d", "1.5h"]) {
    const form = "a time like 30m, 24h or 7d, at most 3650d";
    assertEquals(messageOf(`token create --ttl=${ttl}`), `--ttl must be ${form}, not ${JSON.stringify(ttl)}.`);
  }
  assertEquals(messageOf("token create --name a/b").startsWith("--name must be 1 to 63 letters"), true);
  assertEquals(messageOf("token revoke"), "`dml token revoke` needs the name or the id of a token.");
  assertThrows(() => parse("token show people"), DmlError);
  assertThrows(() => parse("token list --ttl 1h"), DmlError, "it belongs to `dml token create`");
});

Deno.test("parseCommand() parses dml login, context and audit", () => {
  const master = { hostname: "attic", port: 7400 };
  assertEquals(parse("login attic"), { verb: "login", master, token: null, name: null });
  assertEquals(parse("login attic --token dmla_0 --name home"), {
    verb: "login",
    master,
    token: "dmla_0",
    name: "home",
  });
  assertEquals(parse("login --master attic --token-file t"), {
    verb: "login",
    master,
    token: null,
    tokenFile: "t",
    name: null,
  });
  assertEquals(parse("context"), { verb: "context", subVerb: "list", json: false });
  assertEquals(parse("context use none"), { verb: "context", subVerb: "use", name: null });
  assertEquals(parse("context remove home"), { verb: "context", subVerb: "remove", name: "home" });
  const audit = { verb: "audit", master: null, token: null, home: null, json: false } as const;
  assertEquals(parse("audit"), { ...audit, sinceMs: 86_400_000 });
  assertEquals(parse("audit --since 90d --json"), { ...audit, json: true, sinceMs: 90 * 86_400_000 });
  assertEquals(messageOf("login"), "`dml login` needs the address of the master.");
  assertEquals(messageOf("login attic --name none").startsWith("--name must be"), true);
  assertThrows(() => parse("login a b"), DmlError, 'takes no "b"');
  assertThrows(() => parse("audit now"), DmlError);
});

Deno.test("parseCommand() parses dml backup and dml restore, each with one file", () => {
  const backup = { verb: "backup", master: null, token: null, file: "a.dmlbackup", home: null, json: false } as const;
  assertEquals(parse("backup a.dmlbackup"), backup);
  assertEquals(parse("restore a.dmlbackup --home there --json"), {
    verb: "restore",
    file: "a.dmlbackup",
    home: "there",
    json: true,
  });
  for (const verb of ["backup", "restore"]) {
    assertEquals(messageOf(verb), `\`dml ${verb}\` needs a file.`);
    assertStringIncludes(messageOf(`${verb} a b`), "b");
  }
});
