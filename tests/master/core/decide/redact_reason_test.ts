import fc from "fast-check";
import { assert, assertEquals } from "../../../assert.ts";
import { redactReason } from "../../../../master/core/decide/redact_reason.ts";
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
