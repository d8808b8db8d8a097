import { isLoopbackHost } from "../../protocol/http_api/address.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Variable } from "./variable.ts";

/** Proxy for requests to one server, in the form that `Deno.createHttpClient` takes. */
export interface Proxy {
  readonly url: string;
  readonly basicAuth?: { readonly username: string; readonly password: string };
}

/**
 * Returns the proxy that the environment names for `url`, as curl reads it: `HTTPS_PROXY`,
 * `HTTP_PROXY` or `ALL_PROXY` in either case, except for the hosts in `NO_PROXY`; `null` for none.
 * This machine is never asked for by a proxy. Throws `usage` if the value is no address.
 */
export function proxyFor(url: URL, variable: Variable): Proxy | null {
  const either = (name: string) => variable(name.toLowerCase()) || variable(name) || undefined;
  const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const value = either(name) ?? either("ALL_PROXY");
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  if (value === undefined || isLoopbackHost(hostname) || isExcepted(hostname, either("NO_PROXY") ?? "")) return null;
  return proxyAt(value, { what: either(name) === undefined ? "ALL_PROXY" : name });
}

function proxyAt(value: string, { what }: { what: string }): Proxy {
  const url = URL.parse(/^[a-z0-9+.-]+:\/\//i.test(value) ? value : `http://${value}`);
  if (url === null || url.hostname === "") {
    // The value may hold a password, so the message does not contain it.
    throw new DmlError("usage", `The variable ${what} does not hold the address of a proxy.`, {
      advice: `Write it as http://HOST:PORT, or unset it.`,
    });
  }
  const { username, password } = url;
  url.username = url.password = "";
  if (username === "") return { url: url.href };
  return {
    url: url.href,
    basicAuth: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
  };
}

/** Returns true if `hostname` is in `list`: names, also with all below them, addresses, networks. */
function isExcepted(hostname: string, list: string): boolean {
  return list.split(/[\s,]+/).filter(Boolean).some((entry) => {
    const name = entry.replace(/^\*?\./, "").replace(/^\[|\]$/g, "").toLowerCase();
    return entry === "*" || hostname === name || hostname.endsWith(`.${name}`) || isInNetwork(hostname, name);
  });
}

/** Returns true if `hostname` is an IPv4 address in `network`, such as 10.0.0.0/8. */
function isInNetwork(hostname: string, network: string): boolean {
  const [base, bits] = network.split("/");
  const [address, start] = [numberOf(hostname), numberOf(base)];
  if (address === null || start === null || !/^\d{1,2}$/.test(bits ?? "")) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(address / size) === Math.floor(start / size);
}

function numberOf(address: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  return parts?.reduce((sum, part) => sum * 256 + part, 0) ?? null;
}
