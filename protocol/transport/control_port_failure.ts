import { formatAddress } from "../http_api/address.ts";
import { asDmlError, DmlError } from "../kernel/errors.ts";
import type { Address } from "../ports/transport.ts";

/**
 * Returns the error for a control port that takes no connection though the HTTP port `httpPort` of
 * the same master has answered. Most often a firewall lets only one of the two through.
 */
export function controlPortFailure(cause: unknown, { control, httpPort }: ControlPortFailureOptions): DmlError {
  const sentence = `Nodes cannot reach the control port ${formatAddress(control)}: ${asDmlError(cause).message}`;
  return new DmlError("master_unreachable", sentence, {
    cause,
    advice: `Open TCP ${control.port} on the master's host, beside ${httpPort}.`,
  });
}

interface ControlPortFailureOptions {
  /** Address of the control port. */
  readonly control: Address;
  readonly httpPort: number;
}
