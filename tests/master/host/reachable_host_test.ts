import { assertEquals } from "../../assert.ts";
import { isLoopbackHost, reachableHost } from "../../../master/host/reachable_host.ts";

const NAMES = {
  networkInterfaces: () => [
    { family: "IPv6" as const, address: "fe80::1" },
    { family: "IPv4" as const, address: "127.0.0.1" },
    { family: "IPv4" as const, address: "169.254.7.7" },
    { family: "IPv4" as const, address: "192.168.1.10" },
    { family: "IPv4" as const, address: "10.0.0.1" },
  ],
  hostname: () => "atlas",
};

Deno.test("isLoopbackHost() is true for addresses that only this machine can reach", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]"]) assertEquals(isLoopbackHost(host), true);
  for (const host of ["0.0.0.0", "::", "192.168.1.10", "127.0.0.1.example.org", "localhost.example.org"]) {
    assertEquals(isLoopbackHost(host), false, host);
  }
});

Deno.test("reachableHost() returns an address of the host if it listens on all of them", () => {
  for (const host of ["0.0.0.0", "::"]) assertEquals(reachableHost(host, NAMES), "192.168.1.10");
  assertEquals(reachableHost("192.168.7.7", NAMES), "192.168.7.7");
  assertEquals(reachableHost("127.0.0.1", NAMES), "127.0.0.1");
});

Deno.test("reachableHost() falls back on the name of the host", () => {
  assertEquals(reachableHost("0.0.0.0", { ...NAMES, networkInterfaces: () => [] }), "atlas");
});
