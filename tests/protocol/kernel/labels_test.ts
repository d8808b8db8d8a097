import { hasLabel, hasLabels, LABEL_PATTERN, labelKey, labelsInForce } from "../../../protocol/kernel/labels.ts";
import { assertEquals } from "../../assert.ts";

Deno.test("LABEL_PATTERN takes keys with and without a value, and nothing that a shell or a terminal may misread", () => {
  const good = ["gpu", "room=attic", "a.b-c_d=X.1", "0"];
  const bad = ["", "-gpu", "GPU", "gpu=", "=x", "a b", "a=b=c", "a\nb", "a,b", "x".repeat(64), "gpu=-x", "old-=x y"];
  assertEquals(good.filter((text) => !LABEL_PATTERN.test(text)), []);
  assertEquals(bad.filter((text) => LABEL_PATTERN.test(text)), []);
});

Deno.test("hasLabel() finds a label by its key, or by key and value", () => {
  const labels = ["gpu", "room=attic"];
  const cases = [["gpu", true], ["room", true], ["room=attic", true], ["room=cellar", false], ["roo", false], [
    "gpu=yes",
    false,
  ]] as const;
  for (const [wanted, has] of cases) assertEquals(hasLabel(labels, wanted), has, wanted);
  assertEquals([hasLabels(labels, ["gpu", "room"]), hasLabels(labels, ["gpu", "fan"]), hasLabels([], [])], [
    true,
    false,
    true,
  ]);
  assertEquals(labelKey("room=attic"), "room");
});

Deno.test("labelsInForce() lets the admin's labels and removals win over those of the command line", () => {
  const own = ["room=attic", "gpu", "old"];
  const changes = new Map([["room", "room=loft"], ["old", null], ["fan", "fan"], ["never", null]]);
  assertEquals(labelsInForce(own, changes), ["fan", "gpu", "room=loft"]);
  assertEquals(labelsInForce(own, new Map()), ["gpu", "old", "room=attic"]);
  assertEquals(labelsInForce([], new Map([["old", null]])), []);
});
