import { join } from "node:path";
import { readJsonFile } from "../protocol/host/json_file.ts";
import { z } from "../protocol/schema.ts";
import { withPin } from "../protocol/security/pin.ts";
import { pinOfPem } from "../protocol/security/trust.ts";
import { type ClusterTokens, clusterTokensSchema } from "../protocol/security/tokens.ts";

const authoritySchema = z.looseObject({ certificate: z.string() });

/**
 * Returns the tokens as the master with the data directory `home` hands them out: with the pin of
 * its certificate, if it has one.
 */
export async function pinnedTokens(home: string): Promise<ClusterTokens> {
  const text = await Deno.readTextFile(join(home, "master", "tokens.json"));
  const { user, node, admin } = clusterTokensSchema.parse(JSON.parse(text));
  const authority = await readJsonFile(join(home, "master", "ca.json"), authoritySchema);
  const pin = authority === null ? null : await pinOfPem(authority.certificate);
  const handedOut = (token: string) => pin === null ? token : withPin(token, pin);
  return { user: handedOut(user), node: handedOut(node), admin: handedOut(admin) };
}
