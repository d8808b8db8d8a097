import { join } from "node:path";
import { readJsonFile, writeJsonFile } from "../../protocol/host/json_file.ts";
import { BYTES_32_PATTERN } from "../../protocol/kernel/base64url.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { type Infer, z } from "../../protocol/schema.ts";
import { newStoredKey, nodeIdOf, type NodeKey, openNodeKey } from "../../protocol/security/node_key.ts";

/** Name of the file with the key and the name of a node, in its part of the data directory. */
const IDENTITY_FILE = "identity.json";
/** Format that this build writes. Format 1 had no mark and no key. */
const IDENTITY_FORMAT = 2;

const nameSchema = z.string().min(1).max(100);
const key = z.string().regex(BYTES_32_PATTERN, "must be 32 bytes in base64url");

/** The part that tells the format; files of format 1 have none. */
const formatSchema = z.looseObject({ format: z.number().int().min(1).optional() });
const firstSchema = z.strictObject({ nodeId: z.string(), name: nameSchema });
const identitySchema = z.strictObject({
  format: z.literal(IDENTITY_FORMAT),
  name: nameSchema,
  publicKey: key,
  privateKey: key,
});

/** Identity of a node to its master, independent of the address that it connects from. */
export interface NodeIdentity {
  /** Id that follows from the public key. */
  readonly nodeId: string;
  readonly name: string;
  readonly key: NodeKey;
}

/** The identity of a node, and the file that keeps it. */
export interface KeptIdentity extends NodeIdentity {
  readonly path: string;
}

/** Returns an identity with a new key, which nothing keeps. */
export async function newIdentity(name: string): Promise<NodeIdentity> {
  const opened = await openNodeKey(await newStoredKey());
  return { nodeId: nodeIdOf(opened.publicKey), name, key: opened };
}

/**
 * Loads the identity kept in `directory`, or creates it at the first start, with a key pair. `name`
 * renames the node; `defaultName` is used until a name is given. An identity of an older dml keeps
 * its name and gets a key, and so another id. Throws `home_unusable` if the file is invalid, was
 * written by a newer dml, or cannot be written.
 */
export async function loadIdentity(
  directory: string,
  options: { name?: string; defaultName: string },
): Promise<KeptIdentity> {
  const path = join(directory, IDENTITY_FILE);
  const kept = await readIdentity(path);
  const stored = kept?.publicKey === undefined ? await newStoredKey() : kept;
  const name = options.name ?? kept?.name ?? options.defaultName;
  const { publicKey, privateKey } = stored;
  if (kept !== stored || kept.name !== name) {
    await writeJsonFile(path, { format: IDENTITY_FORMAT, name, publicKey, privateKey });
  }
  return { nodeId: nodeIdOf(publicKey), name, key: await openKept(path, { publicKey, privateKey }), path };
}

type Kept = Infer<typeof identitySchema> | (Infer<typeof firstSchema> & { readonly publicKey?: undefined });

async function readIdentity(path: string): Promise<Kept | null> {
  const found = await readJsonFile(path, formatSchema);
  if (found === null) return null;
  const { format = 1 } = found;
  if (format > IDENTITY_FORMAT) {
    throw new DmlError("home_unusable", `${path} was written by a newer dml (format ${format}).`, {
      advice: "Use that version of dml or a later one, or name another directory with DML_HOME.",
    });
  }
  return format === 1 ? await readJsonFile(path, firstSchema) : await readJsonFile(path, identitySchema);
}

async function openKept(path: string, stored: { publicKey: string; privateKey: string }): Promise<NodeKey> {
  try {
    return await openNodeKey(stored);
  } catch (cause) {
    throw new DmlError("home_unusable", `The key in ${path} cannot be used: it is damaged.`, {
      cause,
      advice: "Remove the file; the node then makes a new key, and needs a token to join once more.",
    });
  }
}
