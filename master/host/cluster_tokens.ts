import { readJsonFile, writeJsonFile } from "../../protocol/host/json_file.ts";
import type { KnownSecrets } from "../../protocol/kernel/logs/redaction.ts";
import { type Credentials, fixedCredentials } from "../../protocol/security/credentials.ts";
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

/** The three tokens of a master, as far as they are needed. */
export interface OpenedTokens {
  /** `null` if requests to the master need none. */
  readonly tokens: ClusterTokens | null;
  /**
   * Returns the credentials of the admins who may run programs on nodes: those in the file on a
   * master of this machine, which needs them for nothing else; `others` on any other master.
   */
  readonly admins: (others: Credentials | null) => Credentials | null;
}

/** Loads the tokens as {@linkcode loadTokens} does, and keeps them out of the log. */
export async function openTokens(
  path: string,
  { isLocal, secrets }: { isLocal: boolean; secrets: Pick<KnownSecrets, "learn"> },
): Promise<OpenedTokens> {
  const tokens = await loadTokens(path);
  for (const token of Object.values(tokens)) secrets.learn(token);
  if (isLocal) return { tokens: null, admins: () => fixedCredentials(tokens) };
  return { tokens, admins: (others) => others };
}
