import { join } from "node:path";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { parseAs, z } from "../../protocol/schema.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { type FetchedFile, fetchFile, type FetchOptions } from "./fetch_file.ts";
import { safeUrl } from "./model_source.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import type { Variable } from "./variable.ts";
import { fileInTar } from "./tar_file.ts";

/** Registry of npm if none is configured. */
const PUBLIC_REGISTRY = "https://registry.npmjs.org/";
const METADATA_BYTES_MAX = 8 * 1024 * 1024;

/** Metadata of one version in a registry, reduced to the fields that are used here. */
const versionSchema = z.looseObject({
  version: z.string().max(100),
  dist: z.looseObject({
    tarball: z.string().max(2_000),
    integrity: z.string().max(2_000).optional(),
    shasum: z.string().max(40).optional(),
  }),
});

/**
 * Returns the registry that npm is configured with for packages of `scope` (`null` for none): that
 * of the scope in `~/.npmrc`, else that of the environment, else the general one in `~/.npmrc`,
 * else the public one.
 */
export async function npmRegistry(scope: string | null, variable: Variable): Promise<URL> {
  const home = variable("HOME") ?? variable("USERPROFILE");
  const settings = home === undefined ? "" : await textOf(join(home, ".npmrc"));
  const ofScope = scope === null ? undefined : settingIn(settings, `${scope}:registry`);
  const named = ofScope ?? variable("NPM_CONFIG_REGISTRY") ?? variable("npm_config_registry") ??
    settingIn(settings, "registry") ?? PUBLIC_REGISTRY;
  return safeUrl(named.endsWith("/") ? named : `${named}/`);
}

/**
 * Fetches a file of a package, after comparing the archive with the checksum that the registry
 * names. Throws the errors of {@linkcode fetchFile}.
 */
export async function fetchFromPackage(
  { name, version, path }: { name: string; version: string; path: string },
  options: FetchOptions,
): Promise<FetchedFile> {
  const scope = name.startsWith("@") ? name.split("/")[0] : null;
  const registry = await npmRegistry(scope, options.variable);
  const address = new URL(`${name.replace("/", "%2f")}/${encodeURIComponent(version)}`, registry);
  const silent = { ...options, onBytes: () => {}, sha256: null };
  const metadata = await fetchFile(address, { ...silent, bytesMax: METADATA_BYTES_MAX });
  const found = metadataIn(metadata.bytes, `The answer of ${registry.host} about ${name}@${version}`);
  const what = `${name}@${found.version}`;
  const archive = await fetchFile(safeUrl(found.dist.tarball), { ...options, sha256: null });
  await checkIntegrity(archive.bytes, { ...found.dist, what });
  const unpacked = new Blob([archive.bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = await unpack(unpacked, { path, what });
  const sha256 = digestOf(bytes).slice("sha256:".length);
  if (options.sha256 === null || options.sha256 === sha256) return { bytes, sha256 };
  throw new DmlError("source_corrupt", `${path} of ${what} has the SHA-256 ${sha256}, not ${options.sha256}.`);
}

async function unpack(
  stream: ReadableStream<Uint8Array>,
  { path, what }: { path: string; what: string },
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await fileInTar(stream, { path, bytesMax: LIMITS.modelBytesMax, what });
  } catch (error) {
    if (error instanceof DmlError) throw error;
    throw new DmlError("source_refused", `${what} cannot be unpacked: ${asDmlError(error).message}.`, { cause: error });
  }
}

/**
 * Throws `source_corrupt` if `bytes` do not match the SHA-512 in `integrity`
 * (https://www.w3.org/TR/SRI/), or, if there is none, the SHA-1 in `shasum`.
 */
async function checkIntegrity(
  bytes: Uint8Array<ArrayBuffer>,
  { integrity, shasum, what }: { integrity?: string; shasum?: string; what: string },
): Promise<void> {
  const sha512 = /(?:^|\s)sha512-([A-Za-z0-9+/]+=*)/.exec(integrity ?? "")?.[1];
  const expected = sha512 ?? shasum;
  if (expected === undefined) {
    throw new DmlError("source_refused", `The registry names no checksum of ${what}.`);
  }
  const sum = new Uint8Array(await crypto.subtle.digest(sha512 ? "SHA-512" : "SHA-1", bytes));
  const actual = sha512 ? sum.toBase64() : sum.toHex();
  if (actual === expected) return;
  throw new DmlError("source_corrupt", `The archive of ${what} is not the one that the registry names.`, {
    advice: "Fetch it again; if the error persists, trust neither the registry nor the network.",
  });
}

function metadataIn(bytes: Uint8Array, what: string): z.infer<typeof versionSchema> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new DmlError("source_refused", `${what} is not JSON.`, { cause });
  }
  return parseAs(versionSchema, value, { what, code: "source_refused" });
}

async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw new DmlError("file_unreadable", `${path}: ${asDmlError(error).message}`, { cause: error });
  }
}

/** Returns the value of `key` in a file of `key = value` lines. */
function settingIn(text: string, key: string): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    const [name, ...value] = line.split("=");
    if (name.trim() === key) return value.join("=").trim().replace(/^"(.*)"$/, "$1") || undefined;
  }
  return undefined;
}
