import fc from "fast-check";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { baseUrlOf, formatAddress, parseAddress, parseHost } from "../../../protocol/http_api/address.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";

const what = "--master";

Deno.test("parseAddress() takes names, IPv4, IPv6 and the URL that serve prints; the port is 7400 unless named", () => {
  const table: [string, string, number][] = [
    ["localhost", "localhost", 7400],
    ["master.local:80", "master.local", 80],
    ["192.168.1.10", "192.168.1.10", 7400],
    ["192.168.1.10:65535", "192.168.1.10", 65535],
    ["[::1]", "::1", 7400],
    ["[fe80::1:2]:7400", "fe80::1:2", 7400],
    ["::1", "::1", 7400],
    ["2001:db8::7", "2001:db8::7", 7400],
    ["::ffff:10.0.0.1", "::ffff:10.0.0.1", 7400],
    ["http://10.0.0.1:7400/", "10.0.0.1", 7400],
    ["https://10.0.0.1:7400", "10.0.0.1", 7400],
    [" host_1 ", "host_1", 7400],
  ];
  for (const [text, hostname, port] of table) {
    assertEquals(parseAddress(text, { what }), { hostname, port }, text);
  }
});

Deno.test("parseAddress() refuses what is no address, names where it came from and shows the form", () => {
  const wrong = [
    "",
    ":7400",
    "host:",
    "host:port",
    "host:7400:1",
    "[::1",
    "::1]",
    "[]",
    "[]:7400",
    "[localhost]",
    "[::g]",
    "a b",
    "host/path",
    "user@host",
    "999.1.1.1",
    "a..b",
    "-host",
    "host:123456",
  ];
  for (const text of wrong) {
    const error = assertThrows(() => parseAddress(text, { what: "DML_MASTER" }), DmlError);
    assertEquals(error.code, "usage", text);
    assertStringIncludes(error.message, "DML_MASTER");
    assertStringIncludes(error.message, JSON.stringify(text));
  }
  for (const text of ["host:0", "host:65536"]) {
    const error = assertThrows(() => parseAddress(text, { what }), DmlError);
    assertStringIncludes(error.message, "ports are 1 to 65535");
  }
});

Deno.test("parseAddress() gives back what formatAddress() wrote", () => {
  const hostname = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.domain().filter((text) => URL.canParse(`http://${text}/`)),
  );
  fc.assert(fc.property(hostname, fc.integer({ min: 1, max: 65_535 }), (hostname, port) => {
    const address = { hostname, port };
    assertEquals(parseAddress(formatAddress(address), { what }), address);
    assertEquals(URL.canParse(baseUrlOf(address)), true);
  }));
});

Deno.test("parseHost() leaves a port that is not named null, and formatAddress() writes it without one", () => {
  for (const text of ["atlas.local", "10.0.0.7", "[fd00::2]"]) {
    const host = parseHost(text, { what });
    assertEquals([host.port, formatAddress(host)], [null, text]);
  }
  assertEquals(parseHost("fd00::2", { what }), { hostname: "fd00::2", port: null });
  assertEquals(parseHost("[fd00::2]:80", { what }), { hostname: "fd00::2", port: 80 });
});
