import { join } from "node:path";
import { readJsonFile, writeJsonFile } from "../../protocol/host/json_file.ts";
import { newId } from "../../protocol/kernel/id.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { idSchema, type Infer, z } from "../../protocol/schema.ts";

const identitySchema = z.strictObject({
  nodeId: idSchema,
  name: z.string().min(1).max(100),
});

/** Identity of a node to its master, independent of the address that it connects from. */
export type NodeIdentity = Infer<typeof identitySchema>;

/**
 * Loads the identity kept in `directory`, or creates it at the first start. `name` renames the
 * node; `defaultName` is used until a name is given. Throws `home_unusable` if the file is invalid
 * or cannot be written.
 */
export async function loadIdentity(
  directory: string,
  options: { name?: string; defaultName: string; random: Random },
): Promise<NodeIdentity> {
  const path = join(directory, "identity.json");
  const kept = await readJsonFile(path, identitySchema);
  const nodeId = kept?.nodeId ?? newId("node", options.random);
  const name = options.name ?? kept?.name ?? options.defaultName;
  if (kept?.name !== name) await writeJsonFile(path, { nodeId, name });
  return { nodeId, name };
}
