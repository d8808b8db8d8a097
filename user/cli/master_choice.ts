import type { Address } from "../../protocol/ports/transport.ts";

/** The master that a command is about, and the token that goes with it. */
export interface MasterChoice {
  /** `null` if none was named. */
  readonly master: Address | null;
  readonly token: string | null;
}
