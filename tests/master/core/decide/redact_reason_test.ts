import fc from "fast-check";
import { assert, assertEquals } from "../../../assert.ts";
import {
  isRevealingName,
  isRevealingPerson,
  redactNotes,
  redactReason,
} from "../../../../master/core/decide/redact_reason.ts";
import { CoreWorld, idOf } from "../../core_world.ts";

const ONE = idOf("node", 1);

function worldWith(name: string): CoreWorld {
  const world = new CoreWorld();
  world.join(ONE, { hello: { name } });
  return world;
}

Deno.test("redactReason() keeps a reason that reveals nothing about a node", () => {
  const { state } = worldWith("atlas");
  for (
    const reason of [
      "The picture is 40000x30000 pixels; at most 30000 a side are taken.",
      "It ends amid a marker (0xFFDA), 3 of 17 scans were there.",
      "model file embed: input [1,3,112,112] expected, got [1,1,64,64]",
    ]
  ) {
    assertEquals(redactReason(state, "image_unreadable", reason), reason);
  }
});

Deno.test("redactReason() removes names, addresses, ids and paths", () => {
  const { state } = worldWith("atlas");
  for (
    const reason of [
      "Failed on atlas.",
      "Failed on ATLAS!",
      "Failed on ａｔｌａｓ.",
      `Failed on ${ONE}.`,
      "Failed at 10.0.0.1.",
      "Failed at 192.168.7.9 too.",
      "Failed at fe80::1ff:fe23:4567:890a.",
      "Failed at http://atl.as/",
      "Cannot read /home/someone/.local/share/dml/x",
      "Cannot read C:\\Users\\someone\\x",
      "Failed on at\u200blas.",
      "Failed at 10\u20240\u20240\u20241.",
      "Failed.\u061c",
      "Failed.\u009b2J",
      "",
    ]
  ) {
    assertEquals(
      redactReason(state, "image_unreadable", reason),
      "The picture cannot be read.",
      JSON.stringify(reason),
    );
  }
});

Deno.test("redactReason() recognises a short name only as a whole word", () => {
  const { state } = worldWith("pi");
  const reason = "The picture has too many pixels.";
  assertEquals(redactReason(state, "image_too_large", reason), reason);
  assert(redactReason(state, "image_too_large", "No, says pi: too large.") !== reason);
  assertEquals(
    redactReason(state, "image_too_large", "No, says node-pi."),
    "The picture is too large.",
  );
});

Deno.test("redactReason() never contains the name of a node, whatever surrounds it", () => {
  const names = fc.string({ minLength: 5, maxLength: 30, unit: "grapheme" })
    .filter((name) => name.trim().length >= 5 && !"The picture cannot be read.".includes(name));
  fc.assert(
    fc.property(names, fc.string(), fc.string(), (name, before, after) => {
      const sentence = redactReason(
        worldWith(name).state,
        "image_unreadable",
        `${before}${name}${after}`,
      );
      assert(!sentence.includes(name));
    }),
  );
});

Deno.test("redactReason() bounds a reason", () => {
  const { state } = worldWith("atlas");
  assertEquals(redactReason(state, "engine_failed", "x".repeat(2_000)), `${"x".repeat(499)}…`);
});

Deno.test("redactNotes() replaces what reveals a node by the sentence for the code", () => {
  const { state } = worldWith("atlas");
  const harmless = { code: "picture_repaired", text: "The JPEG lacks its end marker." } as const;
  const revealing = ["Repaired by atlas.", "See 10.0.0.7.", `${ONE} says so.`, "a\u202eb"];
  for (const text of revealing) {
    const [kept, replaced] = redactNotes(state, [harmless, { code: "persons_limited", text }]);
    assertEquals(kept, harmless);
    assertEquals(replaced.text, "More persons were found than can be reported.", text);
  }
});

Deno.test("isRevealingName() looks for the node that gave the name, not for others", () => {
  const world = worldWith("atlas");
  const two = idOf("node", 2);
  world.join(two, { hello: { name: "output" } });
  const { state } = world;
  for (const name of ["atlas", "at ATLAS", ONE, two, "10.0.0.7"]) {
    assert(isRevealingName(state, { name, nodeId: ONE }), name);
  }
  for (const name of ["output", "/head/Sigmoid_output_0", "Identity:0"]) {
    assertEquals(isRevealingName(state, { name, nodeId: ONE }), false, name);
  }
});

Deno.test("isRevealingPerson() refuses ids and addresses of nodes, but not people who are called like one", () => {
  const { state } = worldWith("Ada Lovelace");
  for (const name of [ONE, `Ada ${ONE}`, idOf("node", 7), "10.0.0.7", "Ada @ 10\u20240\u20240\u20247"]) {
    assert(isRevealingPerson(state, { name, nodeId: ONE }), name);
  }
  for (const name of ["Ada Lovelace", "", "Zoë 写"]) {
    assertEquals(isRevealingPerson(state, { name, nodeId: ONE }), false, name);
  }
});
