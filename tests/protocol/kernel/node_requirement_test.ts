import { parseNodeRequirement, requirementSubject } from "../../../protocol/kernel/node_requirement.ts";
import { assertEquals } from "../../assert.ts";

Deno.test("parseNodeRequirement() reads models, versions and sizes, and refuses everything else", () => {
  const cases = [
    ["faces", { kind: "model", name: "faces", version: null }],
    ["faces@2", { kind: "model", name: "faces", version: 2 }],
    ["dml=0.3", { kind: "dml", version: "0.3" }],
    ["dml=1.2.3", { kind: "dml", version: "1.2.3" }],
    ["memory=4GiB", { kind: "memory", bytes: 4 * 1024 ** 3 }],
    ["MEMORY=4gib", { kind: "memory", bytes: 4 * 1024 ** 3 }],
    ["disk=20TiB", { kind: "disk", bytes: 20 * 1024 ** 4 }],
    ["disk=1000", { kind: "disk", bytes: 1_000 }],
  ] as const;
  for (const [text, requirement] of cases) assertEquals(parseNodeRequirement(text), requirement, text);
  const bad = ["", "faces@0", "faces@", "Faces", "dml=", "dml=x", "dml=1.2.3.4", "memory=", "memory=-1", "memory=4GB"];
  for (const text of [...bad, "disk=999999999999TiB", "cpu=4", "memory = 4GiB", "faces\n"]) {
    assertEquals(parseNodeRequirement(text), null, text);
  }
});

Deno.test("requirementSubject() is the same for two sizes, and differs between versions of a model", () => {
  assertEquals(requirementSubject("memory=4GiB"), requirementSubject("Memory=8GiB"));
  assertEquals(requirementSubject("dml=0.3"), "dml");
  assertEquals(requirementSubject("faces@1") === requirementSubject("faces@2"), false);
});
