import { join } from "node:path";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { identityOf, newVouched, type Vouched } from "../../tls_identities.ts";
import { OwnCertificate } from "../../../master/host/own_certificate.ts";
import { openOwnCertificate } from "../../../master/host/open_certificates.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { type Log, SILENT_LOG } from "../../../protocol/kernel/log.ts";
import type { TlsIdentity } from "../../../protocol/transport/tls_identity.ts";

const NAMES = ["dml.example.org", "*.lab.example.org", "10.0.0.1"];

/** Files of a certificate, which a test writes, and a log that is kept. */
async function setUp() {
  const directory = await temporaryDirectory();
  const files = { certificate: join(directory.path, "cert.pem"), privateKey: join(directory.path, "key.pem") };
  const { authority } = await newVouched();
  const messages: string[] = [];
  const clock = Object.assign(new ManualClock(), { wallMs: () => Date.now() });
  const keep = (message: string) => void messages.push(message);
  const log: Log = { ...SILENT_LOG, info: keep, error: keep };
  return {
    files,
    authority,
    messages,
    clock,
    open: () => OwnCertificate.open(files, { clock, log }),
    write: ({ certificate, privateKey }: TlsIdentity) => write(files, { certificate, privateKey }),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

async function write(files: { certificate: string; privateKey: string }, identity: TlsIdentity): Promise<void> {
  await Deno.writeTextFile(files.certificate, identity.certificate);
  await Deno.writeTextFile(files.privateKey, identity.privateKey);
}

const withNames = (authority: Vouched["authority"], names: readonly string[] = NAMES, daysAgo = 0) =>
  identityOf(authority, { names, daysAgo });

Deno.test("OwnCertificate is for the host names in it, with one label for a star", async () => {
  await using world = await setUp();
  await world.write(await withNames(world.authority));
  using own = await world.open();
  for (const name of ["dml.example.org", "DML.Example.org", "a.lab.example.org"]) assert(own.isFor(name), name);
  const others = ["example.org", "x.dml.example.org", "a.b.lab.example.org", "lab.example.org", "10.0.0.1", ""];
  for (const name of others) assertEquals(own.isFor(name), false, name);
});

Deno.test("OwnCertificate.open() says in one sentence what is wrong with the files", async () => {
  await using world = await setUp();
  const { files: { certificate, privateKey }, authority } = world;
  const good = await withNames(authority);
  const other = await withNames(authority);
  const [expired, future] = [await withNames(authority, NAMES, 91), await withNames(authority, NAMES, -3)];
  const unusable: [identity: TlsIdentity, sentence: string | RegExp][] = [
    [
      { ...good, privateKey: other.privateKey },
      `The key in ${privateKey} does not belong to the certificate in ${certificate}.`,
    ],
    [expired, /^The certificate in \S+ ran out on \d{4}-\d\d-\d\d\.$/],
    [future, /^The certificate in \S+ is valid from \d{4}-\d\d-\d\d on\.$/],
    [await withNames(authority, ["10.0.0.1"]), `The certificate in ${certificate} names no host.`],
    [{ ...good, certificate: "garbage" }, `${certificate} does not hold a certificate in PEM.`],
    [{ ...good, certificate: good.privateKey }, `${certificate} does not hold a certificate in PEM.`],
    [
      { ...good, privateKey: good.certificate },
      `${privateKey} does not hold a private key in PEM without a passphrase.`,
    ],
    [{ ...good, privateKey: "" }, `${privateKey} does not hold a private key in PEM without a passphrase.`],
    [{ ...good, certificate: "x".repeat(300_000) }, /over 262144 bytes/],
  ];
  for (const [identity, sentence] of unusable) {
    await world.write(identity);
    const { code, message } = await assertRejects(() => world.open(), DmlError);
    assertEquals(code, "certificate_unusable");
    if (typeof sentence === "string") assertEquals(message, sentence);
    else assert(sentence.test(message), message);
  }
  await Deno.remove(privateKey);
  const { message } = await assertRejects(() => world.open(), DmlError);
  assertEquals(message, `The certificate in ${certificate} cannot be read: the file has over 262144 bytes.`);
  await Deno.writeTextFile(certificate, good.certificate);
  const missing = await assertRejects(() => world.open(), DmlError);
  assertEquals(missing.message, `The key in ${privateKey} cannot be read: there is no such file.`);
  assertEquals(world.clock.pending, 0);
});

Deno.test("OwnCertificate takes changed files, and keeps the old ones while the new cannot be used", async () => {
  await using world = await setUp();
  const first = await withNames(world.authority);
  await world.write(first);
  using own = await world.open();
  const before = own.identity();
  await own.refresh();
  assertEquals(own.identity() === before, true, "nothing has changed");
  const second = await withNames(world.authority, ["other.example.org"]);
  await write(world.files, { ...second, privateKey: first.privateKey });
  await own.refresh();
  await own.refresh();
  assertEquals([own.identity(), own.isFor("dml.example.org")], [before, true]);
  assertEquals(world.messages.length, 2, "the fault is logged once");
  await world.write(second);
  await own.refresh();
  assertEquals(own.identity().certificate, second.certificate);
  assertEquals([own.isFor("dml.example.org"), own.isFor("other.example.org")], [false, true]);
  assertEquals(world.messages.length, 3);
});

Deno.test("openOwnCertificate() refuses a certificate for an address that nodes use", async () => {
  await using world = await setUp();
  await world.write(await withNames(world.authority));
  const open = (hosts: string[]) =>
    openOwnCertificate({ host: "0.0.0.0", certificate: world.files, log: SILENT_LOG }, { hosts: () => hosts });
  const { code, message } = await assertRejects(() => open(["10.0.0.1", "dml.example.org"]), DmlError);
  assertEquals(code, "usage");
  assert(message.includes("dml.example.org"));
  using own = await open(["10.0.0.1", "attic"]);
  assert(own?.isFor("dml.example.org"));
  assertEquals(await openOwnCertificate({ host: "0.0.0.0", log: SILENT_LOG }, { hosts: () => [] }), null);
});
