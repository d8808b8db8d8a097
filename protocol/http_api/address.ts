import { DEFAULT_PORT } from "./paths.ts";
import { DmlError } from "../kernel/errors.ts";
import type { Address } from "../ports/transport.ts";

/** A host, and a port if one is named. */
export interface Host {
  readonly hostname: string;
  /** `null` if the usual port is meant. */
  readonly port: number | null;
}

const FORM = `HOST or HOST:PORT, as in 192.168.1.10, [::1]:7400 or master.local`;

/**
 * Parses `HOST[:PORT]`, where the host is a name, an IPv4 address, or an IPv6 address in brackets
 * (without brackets if there is no port). Accepts a URL of the master, too. Throws
 * `usage`, with `what` as the name of the option that held the text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseAddress("[::1]:80", { what: "--master" }), { hostname: "::1", port: 80 });
 * assertEquals(parseAddress("attic", { what: "--master" }), { hostname: "attic", port: 7400 });
 * ```
 */
export function parseAddress(text: string, options: { what: string }): Address {
  const { hostname, port } = parseHost(text, options);
  return { hostname, port: port ?? DEFAULT_PORT };
}

/**
 * Parses the same as {@linkcode parseAddress}, but leaves a port that is not named `null`. Throws
 * `usage`.
 */
export function parseHost(text: string, options: { what: string }): Host {
  const bare = text.trim().replace(/^https?:\/\//i, "").replace(/\/$/, "");
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(bare) ??
    /^()([0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*)$/i.exec(bare);
  const hostname = match?.[1] || match?.[2] || "";
  const port = match?.[3] === undefined ? null : Number(match[3]);
  if (match === null || !isHostname(hostname) || Boolean(match[1]) && !hostname.includes(":")) {
    throw new DmlError("usage", `${options.what} must be ${FORM}, not ${JSON.stringify(text)}.`);
  }
  if (port !== null && (port < 1 || port > 65_535)) {
    throw new DmlError("usage", `${options.what} names port ${port}; ports are 1 to 65535.`);
  }
  return { hostname, port };
}

/** Returns true if `hostname` can be the name or the address of a host; IPv6 without brackets. */
export function isHostname(hostname: string): boolean {
  if (hostname.length === 0 || hostname.length > 253) return false;
  if (hostname.includes(":")) return URL.canParse(`http://[${hostname}]/`);
  return /^[a-z0-9]([a-z0-9._-]*[a-z0-9.])?$/i.test(hostname) && !hostname.includes("..") &&
    URL.canParse(`http://${hostname}/`);
}

/**
 * Returns `host:port`, or `host` without a port, IPv6 in brackets, in the form that
 * {@linkcode parseAddress} accepts.
 */
export function formatAddress({ hostname, port }: Host): string {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return port === null ? host : `${host}:${port}`;
}

/**
 * Returns the base URL of the HTTP interface of the master at `address`, without a slash at the
 * end: `https` if the master is trusted by a certificate.
 */
export function baseUrlOf(address: Address, trust: object | null = null): string {
  return `${trust === null ? "http" : "https"}://${formatAddress(address)}`;
}

/** Returns true if a host of that name or address is this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || hostname === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Returns true if `hostname` is an IPv4 address, or an IPv6 address without brackets. */
export function isIpAddress(hostname: string): boolean {
  return hostname.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname);
}
