import { isHostname, isLoopbackHost } from "../../protocol/http_api/address.ts";
import { EVERY_IPV4, EVERYWHERE } from "../../protocol/http_api/local_host.ts";

/** Source of the names and addresses of this host. */
export interface HostNames {
  readonly networkInterfaces: () => readonly Pick<Deno.NetworkInterfaceInfo, "name" | "family" | "address">[];
  readonly hostname: () => string;
}

/** A name or address of this host by which other machines may reach it. */
export interface ReachableHost {
  /** IPv6 without brackets. */
  readonly hostname: string;
  /** Name of the virtual interface that has the address, such as `docker0`; else `null`. */
  readonly virtualInterface: string | null;
}

/** Matches names of interfaces of containers, virtual machines and tunnels. */
const VIRTUAL =
  /^(docker|br-|veth|virbr|tailscale|u?tun|tap|wg|zt|podman|cni|flannel|lxcbr|lxdbr|vboxnet|vmnet|vethernet)/i;

/**
 * Returns the hosts by which other machines may reach a server that listens on `host`, the most
 * likely first: `host` itself or, if it means all addresses, each of them that is neither loopback
 * nor link-local. Private IPv4 addresses come first, then other IPv4, then IPv6 (unless the server
 * listens on IPv4 only), then those of virtual interfaces. Without any, it is the name of this
 * machine.
 */
export function reachableHosts(host: string, names: HostNames = Deno): ReachableHost[] {
  if (!EVERYWHERE.includes(host)) return [{ hostname: host, virtualInterface: null }];
  const found = names.networkInterfaces()
    .filter(({ family, address }) => isForOthers(address) && (family === "IPv4" || host !== EVERY_IPV4))
    .map(({ name, address }) => ({ hostname: address, virtualInterface: VIRTUAL.test(name) ? name : null }))
    .sort((one, other) => rankOf(one) - rankOf(other));
  const unique = found.filter(({ hostname }, at) => found.findIndex((first) => first.hostname === hostname) === at);
  return unique.length > 0 ? unique : [{ hostname: names.hostname(), virtualInterface: null }];
}

function isForOthers(address: string): boolean {
  const isLinkLocal = /^169\.254\.|^fe[89ab][0-9a-f]:/i.test(address);
  return !isLoopbackHost(address) && !isLinkLocal;
}

function rankOf({ hostname, virtualInterface }: ReachableHost): number {
  const rank = isPrivate(hostname) ? 0 : hostname.includes(":") ? 2 : 1;
  return virtualInterface === null ? rank : rank + 3;
}

/**
 * Returns the names and addresses by which clients may dial a master, for its certificate: `dialled`
 * (those that it prints and the advertised one), the name of this machine, also in the local domain
 * of multicast DNS, and loopback.
 */
export function certificateNames(dialled: readonly string[], names: Pick<HostNames, "hostname"> = Deno): string[] {
  const own = names.hostname();
  const machine = [own, ...(own.includes(".") ? [] : [`${own}.local`])].filter(isHostname);
  return [...new Set([...dialled, ...machine, "localhost", "127.0.0.1", "::1"])];
}

/** Returns true for the IPv4 addresses of private networks (RFC 1918). */
function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address);
}
