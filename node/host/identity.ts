import { join } from "node:path";
import { readJsonFile, writeJsonFile } from "../../protocol/host/json_file.ts";
import { newId } from "../../protocol/kernel/id.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { idSchema, type Infer, z } from "../../protocol/schema.ts";

const identitySchema = z.strictObject({
  nodeId: idSchema,
  name: z.string().min(1).max(100),
});

/** Who a node is to its master, wherever it connects from. */
export type NodeIdentity = Infer<typeof identitySchema>;

/**
 * The identity that is kept in `directory`; made the first time. `name` renames the node, `defaultName` names it until somebody does.
 * Throws `home_unusable` when the file is not what it should be or cannot be written.
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
