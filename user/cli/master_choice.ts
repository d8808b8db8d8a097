import type { Address } from "../../protocol/ports/transport.ts";

/** The part of a command that names a master. */
export interface MasterChoice {
  /** Address of the master; `null` if none was named. */
  readonly master: Address | null;
  readonly token: string | null;
}
