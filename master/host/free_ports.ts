import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import { listenOn } from "../../protocol/transport/tcp_transport.ts";

/**
 * Returns the error for the first of `addresses` on which nobody can listen, `address_in_use` or
 * `usage`; `null` if all are free. They are taken for a moment only: this keeps a start that must
 * fail from writing files, and the start itself takes them for good.
 */
export function portFailure(addresses: readonly Address[]): DmlError | null {
  const taken: Deno.TcpListener[] = [];
  try {
    for (const address of addresses) taken.push(listenOn(address));
    return null;
  } catch (error) {
    if (error instanceof DmlError) return error;
    throw error;
  } finally {
    for (const listener of taken) listener.close();
  }
}
