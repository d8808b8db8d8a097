import { join } from "node:path";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { FullListener } from "../../full_listener.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { newVouched } from "../../tls_identities.ts";
import { KnownMaster } from "../../../node/connection/known_master.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { withPin } from "../../../protocol/security/pin.ts";

const { ca, pin } = await newVouched();
const { ca: otherCa, pin: otherPin } = await newVouched();
const SECRET = `dmln_${"7".repeat(32)}`;
const [token, otherToken] = [withPin(SECRET, pin), withPin(SECRET, otherPin)];
const { signal } = new AbortController();
const ELSEWHERE = { hostname: "10.9.8.7", port: 7400 };

/** A master without TLS that gives out the certificate `present`. */
function givingOut(present: { ca: string }) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response(present.ca));
  return {
    address: { hostname: "127.0.0.1", port: server.addr.port },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("KnownMaster keeps the certificate that the pin of the token names, and needs no token after that", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "master.json");
  {
    await using master = givingOut({ ca });
    const { address } = master;
    const first = new KnownMaster(path, { address, token });
    assertEquals([await first.isSecure(), first.trust, first.pin], [true, null, ""]);
    assertEquals((await first.recognise({ signal }))?.ca.trim(), ca.trim());
    assertEquals(first.pin, pin);
    const later = new KnownMaster(path, { address, token: null });
    assert(await later.isSecure());
  }
  const moved = new KnownMaster(path, { address: ELSEWHERE, token: null });
  assertEquals((await moved.recognise({ signal }))?.ca.trim(), ca.trim(), "nothing was asked, at its new address");
  assertEquals(moved.pin, pin);
  if (Deno.build.os !== "windows") assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
});

Deno.test("KnownMaster does not leave TLS out because a token has no pin", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "master.json");
  await using master = givingOut({ ca });
  await new KnownMaster(path, { ...master, token }).recognise({ signal });
  const cut = new KnownMaster(path, { address: ELSEWHERE, token: SECRET });
  assert(await cut.isSecure());
  assertEquals((await cut.recognise({ signal }))?.ca.trim(), ca.trim());
});

Deno.test("KnownMaster goes to another master when the token has its pin", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "master.json");
  const present = { ca };
  await using master = givingOut(present);
  await new KnownMaster(path, { ...master, token }).recognise({ signal });
  const known = new KnownMaster(path, { ...master, token: otherToken });
  const error = await assertRejects(() => known.recognise({ signal }), DmlError);
  assertEquals([error.code, known.trust], ["master_untrusted", null]);
  const still = await new KnownMaster(path, { ...master, token: null }).recognise({ signal });
  assertEquals(still?.ca.trim(), ca.trim(), "what was kept stays until another one has the pin");
  present.ca = otherCa;
  assertEquals((await known.recognise({ signal }))?.ca.trim(), otherCa.trim());
});

Deno.test("KnownMaster knows nothing of a master on this machine that is another one", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "master.json");
  await using master = givingOut({ ca });
  await new KnownMaster(path, { ...master, token }).recognise({ signal });
  const local = new KnownMaster(path, { address: { hostname: "127.0.0.1", port: 1 }, token: null });
  assertEquals([await local.isSecure(), await local.recognise({ signal }), local.pin], [false, null, ""]);
});

Deno.test("KnownMaster refuses a damaged file", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "master.json");
  await Deno.writeTextFile(path, "{");
  const known = new KnownMaster(path, { address: ELSEWHERE, token });
  assertEquals((await assertRejects(() => known.recognise({ signal }), DmlError)).code, "home_unusable");
});

Deno.test("KnownMaster says which port to open if the control port does not answer", {
  ignore: Deno.build.os === "windows", // it refuses what a full listener does not take
}, async () => {
  await using directory = await temporaryDirectory();
  using full = await FullListener.open();
  const clock = new ManualClock();
  const address = { hostname: "127.0.0.1", port: 7_400 };
  const known = new KnownMaster(join(directory.path, "master.json"), { address, token: null });
  const dialled = known.transport({ clock }).connect(full.address);
  clock.advance(LIMITS.dialMs);
  const { code, message, advice } = await assertRejects(() => dialled, DmlError);
  const control = `127.0.0.1:${full.address.port}`;
  assertEquals(
    [code, message],
    ["master_unreachable", `Nodes cannot reach the control port ${control}: ${control} did not answer within 5 s.`],
  );
  assertEquals(advice, `Open TCP ${full.address.port} on the master's host, beside 7400.`);
});
