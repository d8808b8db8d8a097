import { isIpAddress } from "./address.ts";
import { DmlError } from "../kernel/errors.ts";

const GROUPS = 8;
const GROUP_BITS = 16n;
const BITS = 128;
const IPV4_BITS = 32;

/** IP addresses with the same first bits. */
export interface AddressRange {
  /** `ADDRESS` or `ADDRESS/BITS`, as it was written. */
  readonly text: string;
  /** First bits of an address, as a number; those of IPv4 are mapped into IPv6. */
  readonly prefix: bigint;
  /** Number of the other bits. */
  readonly freeBits: bigint;
}

/**
 * Parses `ADDRESS[/BITS]`, an IPv4 or IPv6 address that may stand for all that share its first bits.
 * Throws `usage`, with `what` as the name of the option that held the text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const range = parseAddressRange("192.168.1.0/24", { what: "--from" });
 * assertEquals([isInRange("192.168.1.7", range), isInRange("192.168.2.7", range)], [true, false]);
 * ```
 */
export function parseAddressRange(text: string, { what }: { what: string }): AddressRange {
  const [, address = "", bitsText] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const number = numberOf(address);
  const width = address.includes(":") ? BITS : IPV4_BITS;
  const bits = bitsText === undefined ? width : Number(bitsText);
  if (number === null || bits > width || bits < 1) {
    throw new DmlError(
      "usage",
      `${what} must be ADDRESS or ADDRESS/BITS, as in 192.168.1.5, not ${JSON.stringify(text)}.`,
    );
  }
  const freeBits = BigInt(width - bits);
  return { text, prefix: number >> freeBits, freeBits };
}

/** Returns true if the IP address `address` is one of `range`. */
export function isInRange(address: string, { prefix, freeBits }: AddressRange): boolean {
  const number = numberOf(address);
  return number !== null && number >> freeBits === prefix;
}

/** Returns the 128 bits of an IP address as a number; `null` if it is none. */
function numberOf(address: string): bigint | null {
  if (!isIpAddress(address)) return null;
  const isIpv6 = address.includes(":");
  const canonical = URL.parse(`http://${isIpv6 ? `[${address}]` : address}/`)?.hostname;
  if (canonical === undefined) return null;
  if (!isIpv6) {
    // A URL may write an address in other ways, and zeros in front would mean another one.
    if (canonical !== address) return null;
    // IPv4 has its place among the addresses of IPv6 (RFC 4291, section 2.5.5.2).
    return canonical.split(".").reduce((sum, byte) => sum << 8n | BigInt(byte), 0xffffn);
  }
  const [head, tail] = canonical.slice(1, -1).split("::").map((part) => part === "" ? [] : part.split(":"));
  const zeros = tail === undefined ? [] : new Array<string>(GROUPS - head.length - tail.length).fill("0");
  const groups = [...head, ...zeros, ...tail ?? []];
  return groups.reduce((sum, group) => sum << GROUP_BITS | BigInt(`0x${group}`), 0n);
}
