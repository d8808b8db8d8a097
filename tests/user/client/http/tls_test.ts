import { serveHttp } from "../../../../master/http/http_server.ts";
import { SYSTEM_CLOCK } from "../../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../../protocol/kernel/log.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import type { MasterTrust } from "../../../../protocol/security/master_trust.ts";
import { withPin } from "../../../../protocol/security/pin.ts";
import { pinOfPem } from "../../../../protocol/security/trust.ts";
import type { TlsIdentity } from "../../../../protocol/transport/tls_identity.ts";
import { openMasterHttp } from "../../../../user/client/open_cluster.ts";
import { MasterHttp } from "../../../../user/client/http/master_http.ts";
import { assertEquals, assertMatch, assertRejects } from "../../../assert.ts";
import { identityOf, newVouched } from "../../../tls_identities.ts";

const { authority, ca, identity } = await newVouched();
const SECRET = `dmlu_${"7".repeat(32)}`;
const CLOCK_AND_CHANCE = { clock: SYSTEM_CLOCK, random: seededRandom(1) };

/** A master with TLS on loopback that repeats the token that it gets. */
function serve(present: TlsIdentity) {
  const server = serveHttp((request) => new Response(request.headers.get("authorization")), {
    address: { hostname: "127.0.0.1", port: 0 },
    tls: { ca, pin: "", identity: () => present },
    clock: SYSTEM_CLOCK,
    log: SILENT_LOG,
  });
  return { address: server.address, [Symbol.asyncDispose]: () => server.close() };
}

/** Returns how a client that trusts `trust` refuses a master with `present`. */
async function refusalOf(present: TlsIdentity, trust: MasterTrust): Promise<string> {
  await using master = serve(present);
  using http = new MasterHttp({ ...CLOCK_AND_CHANCE, address: master.address, token: SECRET, trust });
  const calls = [http.call("/", { read: (response) => response.text() }), http.blobs.stat(`sha256:${"0".repeat(64)}`)];
  const errors = await Promise.all(calls.map((call) => assertRejects(() => call, DmlError)));
  assertEquals(errors.map(({ code }) => code), ["master_untrusted", "master_untrusted"]);
  assertEquals(errors[0].message, errors[1].message);
  return errors[0].message;
}

Deno.test("openMasterHttp() recognises the master by the pin of the token, and sends the token without it", async () => {
  await using master = serve(identity);
  const token = withPin(SECRET, await pinOfPem(ca) ?? "");
  using http = await openMasterHttp({ ...CLOCK_AND_CHANCE, master: master.address, token });
  assertEquals(http.label, `https://127.0.0.1:${master.address.port}`);
  assertEquals(await http.call("/", { read: (response) => response.text() }), `Bearer ${SECRET}`);
});

Deno.test("MasterHttp refuses a master with another authority, another name, or out of its time", async () => {
  const other = await newVouched();
  assertMatch(
    await refusalOf(identity, { ca: other.ca }),
    /cannot prove that it is the master: its certificate is from/,
  );
  const elsewhere = await identityOf(authority, { names: ["10.9.8.7", "attic.local"] });
  assertMatch(await refusalOf(elsewhere, { ca }), /^The certificate of the master at 127.* does not name that address/);
  const [old, early] = [await identityOf(authority, { daysAgo: 365 }), await identityOf(authority, { daysAgo: -365 })];
  assertMatch(
    await refusalOf(old, { ca }),
    /ran out on \d{4}-\d\d-\d\d, and this host's clock says \d{4}-\d\d-\d\d\.$/,
  );
  assertMatch(await refusalOf(early, { ca }), /begins on \d{4}-\d\d-\d\d, and this host's clock says/);
});

Deno.test("MasterHttp refuses a server without TLS in the place of its master, and tells it nothing", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const told: string[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      using _ = connection;
      const buffer = new Uint8Array(4_096);
      const count = await connection.read(buffer);
      told.push(new TextDecoder("latin1").decode(buffer.subarray(0, count ?? 0)));
      await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
    }
  })();
  const address = { hostname: "127.0.0.1", port: listener.addr.port };
  using http = new MasterHttp({ ...CLOCK_AND_CHANCE, address, token: SECRET, trust: { ca } });
  const error = await assertRejects(() => http.call("/", { read: (response) => response.text() }), DmlError);
  assertEquals(error.code, "master_untrusted");
  assertMatch(error.message, /it speaks no TLS/);
  assertEquals(told.filter((text) => text.includes(SECRET)), []);
  listener.close();
  await serving;
});
