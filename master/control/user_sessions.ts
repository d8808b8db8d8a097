import type { UserHello } from "../../protocol/messages/user.ts";
import { PROTOCOL_VERSION } from "../../protocol/messages/hello.ts";
import { negotiateVersion } from "../../protocol/messages/version_range.ts";
import type { ErrorCode } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Peer } from "../../protocol/transport/peer.ts";
import { type ClusterTokens, roleMay, roleOfToken } from "../../protocol/security/tokens.ts";
import { UserLine, type UserLineOptions } from "./user_session.ts";

/** Users on the control port at a time, beside the nodes; the others ask over HTTP. */
export const USER_LINES_MAX = 64;

/** What {@linkcode UserLines} work with. */
export interface UserLinesOptions extends UserLineOptions {
  /** Null where a user needs none. */
  readonly tokens: ClusterTokens | null;
}

/** The users on the control port. */
export class UserLines {
  readonly #options: UserLinesOptions;
  readonly #open = new Set<UserLine>();

  constructor(options: UserLinesOptions) {
    this.#options = options;
  }

  /** The line of a user who said `hello` to `peer`; null when it was rejected, and is being closed. */
  open(peer: Peer, hello: UserHello): UserLine | null {
    const refusal = this.#refusalOf(hello);
    if (refusal !== null) {
      const [code, reason] = refusal;
      peer.send({ type: "reject", code, reason });
      void peer.close(code, reason);
      return null;
    }
    const protocol = negotiateVersion(PROTOCOL_VERSION, hello.protocol);
    invariant(protocol !== null, "the codec lets no hello of another version through");
    const line = new UserLine(peer, this.#options);
    this.#open.add(line);
    peer.send({ type: "user.welcome", protocol });
    return line;
  }

  /** The connection of `line` has ended. */
  close(line: UserLine): void {
    this.#open.delete(line);
    line.close();
  }

  #refusalOf({ token }: UserHello): [ErrorCode, string] | null {
    const { tokens } = this.#options;
    const role = tokens === null ? "user" : roleOfToken(tokens, token);
    if (role === null) return ["unauthorized", "The token is not one of this cluster."];
    if (!roleMay(role, ["user"])) return ["forbidden", `The token is one for the role ${role}, not for a user.`];
    return this.#open.size < USER_LINES_MAX ? null : ["queue_full", `${USER_LINES_MAX} users ask here already.`];
  }
}
