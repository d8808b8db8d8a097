import { unmetRequirements } from "../../../../master/core/decide/unmet_requirements.ts";
import { assertEquals } from "../../../assert.ts";
import { helloOf, idOf } from "../../core_world.ts";

const NODE = { ...helloOf(idOf("node", 1)).capabilities, version: "1.4.0" };
const WASM = { engine: "wasm", memoryBytes: 1024 } as const;

Deno.test("unmetRequirements() names the engine or the memory that is missing", () => {
  assertEquals(unmetRequirements(WASM, NODE), null);
  assertEquals(unmetRequirements(WASM, { ...NODE, engines: ["none"] }), "It needs the engine wasm.");
  assertEquals(unmetRequirements({ engine: "none", memoryBytes: 0 }, { ...NODE, engines: [] }), null);
  assertEquals(
    unmetRequirements({ ...WASM, memoryBytes: 4 * 1024 ** 3 }, NODE),
    "It needs 4096 MiB of memory; the host has 2048.",
  );
});

Deno.test("unmetRequirements() compares versions of dml as numbers", () => {
  for (const dml of ["0.9.9", "1.3.99", "1.4.0"]) assertEquals(unmetRequirements({ ...WASM, dml }, NODE), null, dml);
  for (const dml of ["1.4.1", "1.10.0", "2.0.0"]) {
    assertEquals(unmetRequirements({ ...WASM, dml }, NODE), `It needs dml ${dml} or later; this is 1.4.0.`);
  }
  assertEquals(unmetRequirements({ ...WASM, dml: "1.4.0" }, { ...NODE, version: "1.4.0-beta.2" }), null);
  assertEquals(
    unmetRequirements({ ...WASM, dml: "0.0.1" }, { ...NODE, version: "unknown" }),
    "It needs dml 0.0.1 or later; this is unknown.",
  );
});

Deno.test("unmetRequirements() names operators that the node's engine lacks, if the node reports its operators", () => {
  const needs = {
    ...WASM,
    operatorSets: [{ domain: "ai.onnx", version: 17 }, { domain: "com.microsoft", version: 1 }],
  };
  const has = (...versions: number[]) => ({
    ...NODE,
    operatorSets: ["ai.onnx", "com.microsoft"].slice(0, versions.length)
      .map((domain, at) => ({ domain, version: versions[at] })),
  });
  assertEquals(unmetRequirements(needs, NODE), null);
  assertEquals(unmetRequirements(needs, has(17, 1)), null);
  assertEquals(
    unmetRequirements(needs, has(13, 1)),
    "It needs version 17 of the operators of ai.onnx; its engine has up to 13.",
  );
  assertEquals(
    unmetRequirements(needs, has(18)),
    "It needs version 1 of the operators of com.microsoft; its engine has none of them.",
  );
});
