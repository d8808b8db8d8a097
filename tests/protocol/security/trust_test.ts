import { assertEquals, assertRejects } from "../../assert.ts";
import { newVouched } from "../../tls_identities.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { problemResponse } from "../../../protocol/http/problem.ts";
import { certificateIn, pemOf } from "../../../protocol/security/certificate.ts";
import { withPin } from "../../../protocol/security/pin.ts";
import { pinOfPem, trustOf } from "../../../protocol/security/trust.ts";

const { ca } = await newVouched();
const { ca: otherCa } = await newVouched();
const SECRET = `dmln_${"7".repeat(32)}`;
const TOKEN = withPin(SECRET, await pinOfPem(ca) ?? "");

/** A server that answers everything in the same way, and keeps all that it is told. */
class Answering implements AsyncDisposable {
  readonly seen: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(answer: () => Response) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const { method, url, headers } = request;
      this.seen.push(JSON.stringify([method, new URL(url).pathname, ...headers, await request.text()]));
      return answer();
    });
  }

  /** A name of this machine that no one takes for loopback by its text. */
  get elsewhere() {
    return { hostname: "127.1", port: this.#server.addr.port };
  }

  get address() {
    return { hostname: "127.0.0.1", port: this.#server.addr.port };
  }

  get paths(): string[] {
    return this.seen.map((request) => JSON.parse(request)[1]);
  }

  async [Symbol.asyncDispose]() {
    await this.#server.shutdown();
  }
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, DmlError)).code;
}

Deno.test("certificateIn() takes one certificate and nothing beside it", () => {
  const certificate = certificateIn(ca);
  assertEquals(pemOf(certificate ?? new Uint8Array()).trim(), ca.trim());
  for (const text of ["", ca + otherCa, `${ca}x`, `x${ca}`, ca.replace(/A/, "!"), ca.replace("END", "")]) {
    assertEquals(certificateIn(text), null, text);
  }
});

Deno.test("trustOf() fetches the certificate, which must have the pin, and tells no secret", async () => {
  await using server = new Answering(() => new Response(ca));
  assertEquals((await trustOf({ address: server.address, token: TOKEN }))?.ca.trim(), ca.trim());
  assertEquals(server.paths, ["/v1/ca"]);
  assertEquals(server.seen.filter((request) => request.includes(SECRET.slice(5))), []);
});

Deno.test("trustOf() refuses an interceptor at the first connection, which learns no secret", async () => {
  const answers = [otherCa, otherCa + ca, ca + otherCa, "not a certificate", "x".repeat(100_000)];
  for (const answer of answers) {
    await using server = new Answering(() => new Response(answer));
    assertEquals(await codeOf(trustOf({ address: server.address, token: TOKEN })), "master_untrusted");
    assertEquals(server.seen.filter((request) => request.includes(SECRET.slice(5))), []);
  }
});

Deno.test("trustOf() says that a master has no certificate, though the token names one", async () => {
  await using server = new Answering(() => problemResponse(new DmlError("not_found", "There is none.")));
  assertEquals(await codeOf(trustOf({ address: server.address, token: TOKEN })), "master_untrusted");
});

Deno.test("trustOf() takes the certificate that was kept, unless the token has another pin", async () => {
  await using server = new Answering(() => new Response(ca));
  const { address } = server;
  assertEquals(await trustOf({ address, token: TOKEN, ca }), { ca });
  assertEquals(await trustOf({ address, token: SECRET, ca: otherCa }), { ca: otherCa });
  assertEquals(await trustOf({ address, token: null, ca: otherCa }), { ca: otherCa });
  assertEquals(server.seen, [], "nothing was asked");
  assertEquals((await trustOf({ address, token: TOKEN, ca: otherCa }))?.ca.trim(), ca.trim());
  assertEquals(server.paths, ["/v1/ca"]);
});

Deno.test("trustOf() without a pin asks another host first, and stops if it speaks TLS", async () => {
  const refusal = new DmlError("tls_required", "This master speaks TLS.");
  await using secure = new Answering(() => problemResponse(refusal));
  assertEquals(await codeOf(trustOf({ address: secure.elsewhere, token: SECRET })), "tls_required");
  assertEquals(secure.seen.filter((request) => request.includes(SECRET)), []);
  await using plain = new Answering(() => new Response("{}"));
  assertEquals(await trustOf({ address: plain.elsewhere, token: SECRET }), null);
  assertEquals(plain.paths, ["/v1/cluster"]);
  assertEquals(plain.seen.filter((request) => request.includes(SECRET)), []);
});

Deno.test("trustOf() asks nothing on this machine without a pin", async () => {
  await using server = new Answering(() => new Response("{}"));
  assertEquals(await trustOf({ address: server.address, token: SECRET }), null);
  assertEquals(server.seen, []);
});

Deno.test("trustOf() says that nobody answers, or that it was interrupted", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = { hostname: "127.0.0.1", port: listener.addr.port };
  assertEquals(await codeOf(trustOf({ address, token: TOKEN, timeoutMs: 1 })), "master_unreachable");
  assertEquals(await codeOf(trustOf({ address, token: TOKEN, signal: AbortSignal.abort() })), "interrupted");
  listener.close();
  assertEquals(await codeOf(trustOf({ address, token: TOKEN })), "master_unreachable");
});
