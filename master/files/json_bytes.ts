import { DmlError } from "../../protocol/kernel/errors.ts";

/** Returns the parsed but unchecked JSON in `bytes`. Throws `request_invalid` if it is none. */
export function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new DmlError("request_invalid", "The body is not JSON.", { cause });
  }
}
