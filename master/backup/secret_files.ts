import { join } from "node:path";
import { TOKENS_FILE } from "../../protocol/host/master_files.ts";
import { writeFileDurably } from "../../protocol/host/durable_file.ts";
import { parseAs, z } from "../../protocol/schema.ts";
import type { BackupKey } from "../../protocol/security/backup_key.ts";

/** Names of the files of a master that hold secrets. A master on loopback has none of them. */
const SECRET_FILES = [TOKENS_FILE, "ca.json"] as const;

const secretsSchema = z.strictObject(
  Object.fromEntries(SECRET_FILES.map((name) => [name, z.string().optional()])),
);

/** Returns the secret files in the directory of a master, encrypted. */
export async function encryptSecrets(directory: string, key: BackupKey): Promise<Uint8Array<ArrayBuffer>> {
  const secrets: Record<string, string> = {};
  for (const name of SECRET_FILES) {
    try {
      secrets[name] = await Deno.readTextFile(join(directory, name));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return await key.encrypt(new TextEncoder().encode(JSON.stringify(secrets)));
}

/** Copies the secret files in the directory of a master to another, as they are. */
export async function copySecretFiles(from: string, to: string): Promise<void> {
  for (const name of SECRET_FILES) {
    try {
      await writeFileDurably(join(to, name), await Deno.readFile(join(from, name)));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Decrypts secret files into the directory of a master. Throws `backup_invalid`. */
export async function decryptSecrets(
  encrypted: Uint8Array<ArrayBuffer>,
  { directory, key }: { directory: string; key: BackupKey },
): Promise<void> {
  const text = new TextDecoder().decode(await key.decrypt(encrypted));
  const secrets = parseAs(secretsSchema, JSON.parse(text), { what: "The secrets", code: "backup_invalid" });
  for (const [name, content] of Object.entries(secrets)) {
    if (typeof content === "string") await writeFileDurably(join(directory, name), new TextEncoder().encode(content));
  }
}
