import { assert, assertEquals } from "../../assert.ts";
import { defaultWorkers, hostCapabilities, hostPressure } from "../../../node/host/capabilities.ts";
import { capabilitiesSchema } from "../../../protocol/messages/hello.ts";
import { availabilitySchema } from "../../../protocol/messages/liveness.ts";

const GIB = 1024 ** 3;

Deno.test("defaultWorkers() is one a core, as far as the memory suffices, and at least one", () => {
  assertEquals(defaultWorkers({ cores: 4, memoryBytes: 16 * GIB }), 4);
  assertEquals(defaultWorkers({ cores: 64, memoryBytes: 4 * GIB }), 15);
  assertEquals(defaultWorkers({ cores: 4, memoryBytes: GIB / 8 }), 1);
});

Deno.test("hostCapabilities() and hostPressure() fit the schemas of their messages", () => {
  const capabilities = hostCapabilities({ workers: 3 });
  assertEquals(capabilitiesSchema.parse(capabilities), capabilities);
  const pressure = hostPressure();
  const counts = { freeSlots: 0, running: 0, queued: 0, draining: false };
  availabilitySchema.parse({ type: "availability", ...counts, ...pressure });
  assert(pressure.memoryFreeBytes < capabilities.memoryBytes);
});
