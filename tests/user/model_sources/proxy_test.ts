import { DmlError } from "../../../protocol/kernel/errors.ts";
import { proxyFor } from "../../../user/model_sources/proxy.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";

const PROXY = "http://proxy.lan:3128";

function proxyOf(url: string, variables: Readonly<Record<string, string>>): string | null {
  return proxyFor(new URL(url), (name) => variables[name])?.url ?? null;
}

Deno.test("proxyFor() reads the variables that curl reads, lower case first", () => {
  assertEquals(proxyOf("https://a.org/", {}), null);
  assertEquals(proxyOf("https://a.org/", { HTTPS_PROXY: PROXY }), `${PROXY}/`);
  assertEquals(proxyOf("https://a.org/", { https_proxy: PROXY, HTTPS_PROXY: "http://other" }), `${PROXY}/`);
  assertEquals(proxyOf("https://a.org/", { HTTP_PROXY: PROXY }), null);
  assertEquals(proxyOf("http://a.org/", { HTTP_PROXY: PROXY }), `${PROXY}/`);
  assertEquals(proxyOf("https://a.org/", { ALL_PROXY: "socks5://proxy.lan:1080" }), "socks5://proxy.lan:1080");
  assertEquals(proxyOf("https://a.org/", { HTTPS_PROXY: "", ALL_PROXY: "proxy.lan:3128" }), `${PROXY}/`);
});

Deno.test("proxyFor() takes the user and the password out of the address", () => {
  const proxy = proxyFor(new URL("https://a.org"), () => "http://ada:p%40ss@proxy.lan:3128");
  assertEquals(proxy, { url: `${PROXY}/`, basicAuth: { username: "ada", password: "p@ss" } });
});

Deno.test("proxyFor() honours NO_PROXY: names with all below them, addresses, networks, everything", () => {
  const table: [host: string, exceptions: string, isExcepted: boolean][] = [
    ["a.org", "a.org", true],
    ["b.a.org", "a.org", true],
    ["b.a.org", ".a.org", true],
    ["b.a.org", "*.a.org", true],
    ["ba.org", "a.org", false],
    ["a.org", "b.org, A.ORG", true],
    ["a.org", "b.org a.org", true],
    ["10.1.2.3", "10.1.2.3", true],
    ["10.1.2.3", "10.0.0.0/8", true],
    ["11.1.2.3", "10.0.0.0/8", false],
    ["192.168.1.255", "192.168.1.0/24", true],
    ["192.168.2.0", "192.168.1.0/24", false],
    ["[fd00::1]", "fd00::1", true],
    ["a.org", "*", true],
    ["a.org", "", false],
  ];
  for (const [host, exceptions, isExcepted] of table) {
    const found = proxyOf(`https://${host}/`, { HTTPS_PROXY: PROXY, NO_PROXY: exceptions });
    assertEquals(found === null, isExcepted, `${host} with ${exceptions}`);
  }
});

Deno.test("proxyFor() never asks this machine through a proxy", () => {
  for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"]) {
    assertEquals(proxyOf(`http://${host}:80/`, { HTTP_PROXY: PROXY, ALL_PROXY: PROXY }), null);
  }
});

Deno.test("proxyFor() refuses a value that is no address, and does not repeat it", () => {
  const error = assertThrows(() => proxyOf("https://a.org", { HTTPS_PROXY: "http://ada:secret@:x" }), DmlError);
  assertEquals(error.code, "usage");
  assert(error.message.includes("HTTPS_PROXY") && !error.message.includes("secret"));
});
