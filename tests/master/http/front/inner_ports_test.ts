import { InnerPorts } from "../../../../master/http/front/inner_ports.ts";
import { assertEquals } from "../../../assert.ts";

Deno.test("InnerPorts.take() leaves a port to the connection that has got it since", () => {
  const ports = new InnerPorts<string>();
  ports.give(50_000, "old");
  ports.give(50_000, "new");
  ports.take(50_000, "old");
  assertEquals(ports.at(50_000), "new");
  ports.take(50_000, "new");
  assertEquals(ports.at(50_000), undefined);
});
