import { WorkerMemory } from "../../../node/engine/worker_memory.ts";
import { assertEquals } from "../../assert.ts";

const MB = 1_000_000;

Deno.test("WorkerMemory.loaded() returns the memory of a worker with that model only", () => {
  const memory = new WorkerMemory({ bytes: 50 * MB, grownBytes: 0 });
  assertEquals(memory.loaded("a", { bytes: 150 * MB, grownBytes: 100 * MB }), 150 * MB);
  assertEquals(memory.loaded("b", { bytes: 350 * MB, grownBytes: 20 * MB }), 70 * MB);
  // It was loaded already: it does not seem to be small now.
  assertEquals(memory.loaded("a", { bytes: 350 * MB, grownBytes: 0 }), 150 * MB);
});

Deno.test("WorkerMemory.isBloated tells a process that keeps what it has unloaded", () => {
  const memory = new WorkerMemory({ bytes: 50 * MB, grownBytes: 0 });
  memory.loaded("small", { bytes: 150 * MB, grownBytes: 100 * MB });
  memory.loaded("large", { bytes: 3_450 * MB, grownBytes: 3_300 * MB });
  assertEquals(memory.isBloated, false);
  memory.unloaded("small", { bytes: 3_450 * MB, grownBytes: 0 });
  assertEquals(memory.isBloated, false);
  memory.unloaded("large", { bytes: 3_450 * MB, grownBytes: 0 });
  assertEquals(memory.isBloated, true);
});

Deno.test("WorkerMemory knows nothing of a thread", () => {
  const memory = new WorkerMemory(null);
  assertEquals(memory.loaded("a", null), null);
  memory.unloaded("a", null);
  assertEquals(memory.isBloated, false);
});
