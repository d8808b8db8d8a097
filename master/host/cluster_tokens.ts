import { readJsonFile, writeJsonFile } from "../../protocol/host/json_file.ts";
import { type ClusterTokens, clusterTokensSchema, newTokens } from "../../protocol/security/tokens.ts";

/**
 * Returns the tokens in the file at `path`; creates it, readable by its owner only, if there is
 * none. Throws `home_unusable`.
 */
export async function loadTokens(path: string): Promise<ClusterTokens> {
  const kept = await readJsonFile(path, clusterTokensSchema);
  if (kept !== null) return kept;
  const tokens = newTokens();
  await writeJsonFile(path, tokens);
  return tokens;
}
