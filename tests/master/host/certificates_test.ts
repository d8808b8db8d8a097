import { join } from "node:path";
import { assert, assertEquals, assertNotEquals } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { certificateNames } from "../../../master/host/reachable_host.ts";
import { MasterCertificates } from "../../../master/host/certificates.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { TlsTransport } from "../../../protocol/transport/tls_transport.ts";

const DAY_MS = 86_400_000;

/** Certificates of a master whose clock is `clock.aheadMs` ahead, and whose names a test changes. */
function setUp(path: string) {
  const clock = { ...SYSTEM_CLOCK, aheadMs: 0, wallMs: () => Date.now() + clock.aheadMs };
  const names = ["127.0.0.1"];
  const open = () =>
    MasterCertificates.open(join(path, "ca.json"), { names: () => [...names], clock, log: SILENT_LOG });
  return { clock, names, open };
}

/** Returns true if a client that dials `hostname` now accepts the present identity. */
async function isAccepted(certificates: MasterCertificates, hostname = "127.0.0.1"): Promise<boolean> {
  const transport = new TlsTransport(certificates);
  const listener = await transport.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    (await transport.connect({ hostname, port: listener.address.port })).close();
    return true;
  } catch {
    return false;
  } finally {
    listener.close();
  }
}

Deno.test("MasterCertificates makes the certificate anew when the names change, and not before", async () => {
  await using directory = await temporaryDirectory();
  const { names, open } = setUp(directory.path);
  using certificates = await open();
  const first = certificates.identity();
  await certificates.refresh();
  assertEquals(certificates.identity(), first);
  assertEquals(await isAccepted(certificates, "localhost"), false);
  names.push("localhost");
  await certificates.refresh();
  assertNotEquals(certificates.identity().certificate, first.certificate);
  assert(await isAccepted(certificates, "localhost"));
});

Deno.test("MasterCertificates makes the certificate anew long before it runs out", async () => {
  await using directory = await temporaryDirectory();
  const { clock, open } = setUp(directory.path);
  clock.aheadMs = -29 * DAY_MS;
  using certificates = await open();
  const first = certificates.identity();
  clock.aheadMs = 0;
  await certificates.refresh();
  assertEquals(certificates.identity(), first, "it is 29 days old");
  assert(await isAccepted(certificates));
  clock.aheadMs = 2 * DAY_MS;
  await certificates.refresh();
  assertNotEquals(certificates.identity(), first, "it is 31 days old");
});

Deno.test("MasterCertificates follows a clock that is set, by a year at either end", async () => {
  for (const aheadMs of [365 * DAY_MS, -365 * DAY_MS]) {
    await using directory = await temporaryDirectory();
    const { clock, open } = setUp(directory.path);
    clock.aheadMs = aheadMs;
    using certificates = await open();
    assertEquals(await isAccepted(certificates), false, "a clock is wrong by a year");
    clock.aheadMs = 0;
    await certificates.refresh();
    assert(await isAccepted(certificates), "the authority stays good");
    using later = await open();
    assertEquals(later.pin, certificates.pin);
  }
});

Deno.test("certificateNames() adds this machine to the addresses that are printed", () => {
  const names = certificateNames(["10.0.0.7", "fd00::2", "atlas"], { hostname: () => "atlas" });
  assertEquals(names, ["10.0.0.7", "fd00::2", "atlas", "atlas.local", "localhost", "127.0.0.1", "::1"]);
  const odd = certificateNames(["10.0.0.7"], { hostname: () => "a b" });
  assertEquals(odd, ["10.0.0.7", "localhost", "127.0.0.1", "::1"]);
});
