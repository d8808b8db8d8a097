import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { NODE_ORDER_NAMES } from "../../../../protocol/messages/command_names.ts";
import type { CliCommand } from "../../../../user/cli/command.ts";
import { parseCommand } from "../../../../user/cli/parse_command.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../../../assert.ts";

const AT = { verb: "nodes", master: null, token: null, json: false } as const;

function parse(line: string, environment: Record<string, string> = {}): CliCommand {
  return parseCommand(line.split(" "), environment).command;
}

Deno.test("parseCommand() nodes takes every order for nodes, labels and all", () => {
  for (const order of NODE_ORDER_NAMES) {
    const common = { ...AT, action: "order", order, dryRun: false } as const;
    assertEquals(parse(`nodes ${order} a b a`), { ...common, targets: { kind: "nodes", names: ["a", "b"] } });
    assertEquals(parse(`nodes ${order} --all --dry-run`), { ...common, targets: { kind: "all" }, dryRun: true });
    const labels = { kind: "labels", labels: ["gpu", "room=attic"] } as const;
    assertEquals(parse(`nodes ${order} --label gpu --label room=attic`), { ...common, targets: labels });
  }
});

Deno.test("parseCommand() nodes label sets and removes, with the minus before or after", () => {
  const label = { ...AT, action: "label", node: "attic" } as const;
  assertEquals(parse("nodes label attic gpu room=loft -old"), { ...label, set: ["gpu", "room=loft"], remove: ["old"] });
  assertEquals(parse("nodes label attic old- -j"), { ...label, json: true, set: [], remove: ["old"] });
  assertEquals(parse("nodes label attic gpu -m 10.0.0.1 -older"), {
    ...label,
    master: { hostname: "10.0.0.1", port: 7400 },
    set: ["gpu"],
    remove: ["older"],
  });
});

Deno.test("parseCommand() nodes require takes the node from the words, unless a group is named", () => {
  const require = { ...AT, action: "require" } as const;
  assertEquals(parse("nodes require attic faces@2 memory=4GiB"), {
    ...require,
    targets: { kind: "nodes", names: ["attic"] },
    requirements: ["faces@2", "memory=4GiB"],
  });
  assertEquals(parse("nodes require --all dml=0.3"), {
    ...require,
    targets: { kind: "all" },
    requirements: ["dml=0.3"],
  });
  assertEquals(parse("nodes unrequire --label gpu memory"), {
    ...AT,
    action: "unrequire",
    targets: { kind: "labels", labels: ["gpu"] },
    requirements: ["memory"],
  });
  assertEquals(parse("nodes requirements"), { ...AT, action: "requirements" });
});

Deno.test("parseCommand() join takes labels from flags, else from the environment, which orders ignore", () => {
  const labelsOf = (line: string, environment = {}) => {
    const command = parse(line, environment);
    return command.verb === "join" ? command.labels : null;
  };
  const environment = { DML_NODE_LABELS: "gpu,room=attic" };
  assertEquals(labelsOf("join h --label gpu --label gpu --label a=b"), ["gpu", "a=b"]);
  assertEquals(labelsOf("join h", environment), ["gpu", "room=attic"]);
  assertEquals(labelsOf("join h --label fan", environment), ["fan"]);
  const drained = parse("nodes drain attic", environment);
  assertEquals("targets" in drained && drained.targets, { kind: "nodes", names: ["attic"] });
});

Deno.test("parseCommand() nodes refuses what is ambiguous, missing or no label or requirement", () => {
  const wrong = [
    ["nodes gc", "needs one node"],
    ["nodes gc --all attic", "--all names the nodes already, without attic"],
    ["nodes gc --label gpu attic", "--label names the nodes already, without attic"],
    ["nodes gc --all --label gpu", "not both"],
    ["nodes gc --label GPU", "A label is like gpu or room=attic"],
    ["nodes label attic", "needs a node and a label"],
    ["nodes label attic gpu=", "A label is like"],
    ["nodes require attic", "a requirement: NAME"],
    ["nodes require --all", "a requirement: NAME"],
    ["nodes require attic cpu=4", 'not "cpu=4"'],
    ["nodes require --label a --label b faces", "takes one --label"],
    ["nodes requirements attic", 'takes no "attic"'],
    ["nodes list --all", "takes no --all"],
    ["nodes require --all faces --dry-run", "takes no --dry-run"],
    ["models bind yolo", "needs a --label"],
    ["join h --label a,b", "A label is like"],
  ] as const;
  for (const [line, part] of wrong) {
    const { code, message } = assertThrows(() => parse(line), DmlError);
    assertEquals(code, "usage", line);
    assertStringIncludes(message, part, line);
  }
});
