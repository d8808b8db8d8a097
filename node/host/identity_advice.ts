import type { Ending } from "../../protocol/transport/peer.ts";

/**
 * Returns `ending` with advice that names the file of the identity at `path`, if the key in it is
 * what the master refuses.
 */
export function withIdentityAdvice(ending: Ending, path: string): Ending {
  switch (ending.code) {
    case "node_duplicate":
      return {
        ...ending,
        advice: `If this data directory was copied from another host, remove ${path} and join with a token.`,
      };
    case "node_removed":
      return {
        ...ending,
        advice: `\`dml nodes restore\` on the master takes that back; or remove ${path} and join with a token.`,
      };
    default:
      return ending;
  }
}
