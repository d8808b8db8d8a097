import { assertEquals, assertThrows } from "../../assert.ts";
import { isInRange, parseAddressRange } from "../../../protocol/http_api/address_range.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";

const parse = (text: string) => parseAddressRange(text, { what: "--from" });

Deno.test("isInRange() compares the first bits, also of IPv4 addresses in IPv6", () => {
  const cases: Record<string, { inside: string[]; outside: string[] }> = {
    "192.168.1.5": { inside: ["192.168.1.5", "::ffff:192.168.1.5"], outside: ["192.168.1.4", "::192.168.1.5"] },
    "192.168.0.0/23": { inside: ["192.168.0.0", "192.168.1.255"], outside: ["192.168.2.0", "192.167.255.255"] },
    "128.0.0.0/1": { inside: ["128.0.0.0", "255.255.255.255"], outside: ["127.255.255.255", "::1", "8000::"] },
    "192.168.1.77/24": { inside: ["192.168.1.1"], outside: ["192.168.2.77"] },
    "fd00::/8": { inside: ["fd00::1", "fdff:ffff::"], outside: ["fe00::1", "10.0.0.1"] },
    "2001:db8::1:0:0:1": { inside: ["2001:db8:0:0:1::1", "2001:DB8::1:0:0:1"], outside: ["2001:db8::1:0:0:2"] },
    "::1/128": { inside: ["::1", "0:0:0:0:0:0:0:1"], outside: ["::2", "127.0.0.1"] },
  };
  for (const [range, { inside, outside }] of Object.entries(cases)) {
    for (const address of inside) assertEquals(isInRange(address, parse(range)), true, `${address} in ${range}`);
    for (const address of outside) assertEquals(isInRange(address, parse(range)), false, `${address} in ${range}`);
  }
  for (const address of ["", "attic", "1.2.3", "300.0.0.1", "::g"]) {
    assertEquals(isInRange(address, parse("0.0.0.0/1")), false, address);
  }
});

Deno.test("parseAddressRange() refuses what is no range, in one sentence", () => {
  const wrong = ["", "attic", "10.0.0.0/33", "10.0.0.0/0", "10.0.0.0/", "::/129", "::/0", "010.0.0.1", "1.2.3.4/-1"];
  for (const text of [...wrong, "10.0.0.1/8/8", "1.2.3", "256.0.0.1", "::1::", "10.0.0.1 "]) {
    assertThrows(() => parse(text), DmlError, "--from must be ADDRESS or ADDRESS/BITS", text);
  }
});
