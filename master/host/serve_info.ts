import type { Address } from "../../protocol/ports/transport.ts";
import type { OtherAddress } from "./served_addresses.ts";

/** Facts about a listening master that its operator needs. */
export interface ServeInfo {
  readonly http: Address;
  readonly control: Address;
  /** Address by which others most likely reach the master, `HOST:PORT`; the commands contain it. */
  readonly address: string;
  /** Other addresses of the master, the most likely first. */
  readonly otherAddresses: readonly OtherAddress[];
  /** Command that makes another host a node. */
  readonly joinCommand: string;
  /** Command that sends a picture from another host. */
  readonly predictCommand: string;
  /** Command that lists the nodes of this master. */
  readonly nodesCommand: string;
  /** True if clients need a token; the commands then contain it, or a word for it. */
  readonly tokenRequired: boolean;
  /**
   * Path of the file with the tokens, if the commands contain NODE_TOKEN, USER_TOKEN and ADMIN_TOKEN
   * in their place; `null` if they contain the tokens themselves, or need none.
   */
  readonly hiddenTokensPath: string | null;
  /** False if other hosts reach the master without TLS. */
  readonly isSecure: boolean;
  /** Address of the port without TLS, `HOST:PORT`; `null` if there is none. */
  readonly plainAddress: string | null;
  /** Names of the dialects that are answered. */
  readonly dialects: readonly string[];
}
