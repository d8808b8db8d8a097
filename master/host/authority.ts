import "reflect-metadata"; // The next module needs it.
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { readJsonFile, writeJsonFile } from "../../protocol/host/json_file.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { isIpAddress } from "../../protocol/http_api/address.ts";
import { type Infer, z } from "../../protocol/schema.ts";
import type { TlsIdentity } from "../../protocol/transport/tls_identity.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
/** An authority lives for ten years. */
const AUTHORITY_DAYS = 3_652;
/** A master whose clock was a year ahead when it made its authority can go on with it. */
const AUTHORITY_BACK_DAYS = 400;
const IDENTITY_DAYS = 90;
/** The clocks of two hosts may differ by as much. */
const IDENTITY_BACK_DAYS = 2;

const authoritySchema = z.strictObject({
  certificate: z.string().max(10_000),
  privateKey: z.string().max(10_000),
});

/** The certificate authority of one master (PEM), which vouches for that master alone. */
export type Authority = Readonly<Infer<typeof authoritySchema>>;

/**
 * Returns the authority in the file at `path`; makes it, readable by its owner only, if there is no
 * such file. Throws `home_unusable`.
 */
export async function loadAuthority(path: string, { nowMs }: { nowMs: number }): Promise<Authority> {
  const kept = await readJsonFile(path, authoritySchema);
  if (kept !== null) return await checked(kept, path);
  const authority = await newAuthority({ nowMs });
  await writeJsonFile(path, authority);
  return authority;
}

/** Returns a new authority, valid for ten years. */
export async function newAuthority({ nowMs }: { nowMs: number }): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: "CN=dml cluster",
    notBefore: new Date(nowMs - AUTHORITY_BACK_DAYS * DAY_MS),
    notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: certificate.toString("pem"), privateKey: await privateKeyOf(keys) };
}

/**
 * Returns a certificate with a new key for a server that is reached by `names` (host names and IP
 * addresses). It is valid from two days before `nowMs` to 90 days after it.
 */
export async function newIdentity(
  authority: Authority,
  { names, nowMs }: { names: readonly string[]; nowMs: number },
): Promise<TlsIdentity> {
  const keys = await newKeys();
  const issuer = new X509Certificate(authority.certificate);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: "CN=dml master",
    issuer: issuer.subject,
    notBefore: new Date(nowMs - IDENTITY_BACK_DAYS * DAY_MS),
    notAfter: new Date(nowMs + IDENTITY_DAYS * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: await signingKeyOf(authority),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIpAddress(value) ? "ip" as const : "dns" as const, value })),
      ),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      // Strict clients, such as Python from 3.13 on, want both of them.
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return { certificate: certificate.toString("pem"), privateKey: await privateKeyOf(keys) };
}

/** Returns `kept` if its key belongs to its certificate. Throws `home_unusable` otherwise. */
async function checked(kept: Authority, path: string): Promise<Authority> {
  try {
    const certificate = new X509Certificate(kept.certificate);
    const data = new TextEncoder().encode(path);
    const signature = await crypto.subtle.sign(ALGORITHM, await signingKeyOf(kept), data);
    const publicKey = await certificate.publicKey.export(ALGORITHM, ["verify"], crypto);
    if (await crypto.subtle.verify(ALGORITHM, publicKey, signature, data)) return kept;
  } catch (cause) {
    throw unusable(path, cause);
  }
  throw unusable(path);
}

function unusable(path: string, cause?: unknown): DmlError {
  return new DmlError("home_unusable", `${path} does not hold a certificate and its key.`, {
    cause,
    advice: "Restore it from a backup, or move it away: a new one is made, and every node and user needs a new token.",
  });
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
}

async function privateKeyOf({ privateKey }: CryptoKeyPair): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey("pkcs8", privateKey), "PRIVATE KEY");
}

function signingKeyOf({ privateKey }: Authority): Promise<CryptoKey> {
  const [bytes] = PemConverter.decode(privateKey);
  return crypto.subtle.importKey("pkcs8", bytes, ALGORITHM, false, ["sign"]);
}

/** Returns a positive number of 127 random bits in hexadecimal digits. */
function newSerialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = bytes[0] & 0x7f | 0x40;
  return bytes.toHex();
}
