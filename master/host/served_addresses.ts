import { formatAddress, type Host } from "../../protocol/http_api/address.ts";
import { type ReachableHost, reachableHosts } from "./reachable_host.ts";

/** Place where a master listens, and the name by which others reach it. */
export interface ListeningOptions {
  /** Name or address of this host to listen on; 0.0.0.0 or :: for all of its addresses. */
  readonly host: string;
  /** Name or address to name first, with a port if it is another one; `null` or absent for none. */
  readonly advertise?: Host | null;
}

/** An address of a master beside the one in its commands. */
export interface OtherAddress {
  /** `HOST:PORT` */
  readonly address: string;
  /** Name of the virtual interface that has the address; else `null`. */
  readonly virtualInterface: string | null;
}

/** Returns all addresses by which others may reach the master, the advertised one first. */
export function addressesOf(options: ListeningOptions, httpPort: number): OtherAddress[] {
  const found = hostsOf(options).map(({ hostname, port, virtualInterface }) => ({
    address: formatAddress({ hostname, port: port ?? httpPort }),
    virtualInterface,
  }));
  return found.filter(({ address }, at) => found.findIndex((first) => first.address === address) === at);
}

/** Returns all hosts by which others may reach the master, the advertised one first. */
export function hostsOf({ host, advertise = null }: ListeningOptions): (Host & ReachableHost)[] {
  const found = reachableHosts(host).map((reachable) => ({ ...reachable, port: null }));
  return advertise === null ? found : [{ ...advertise, virtualInterface: null }, ...found];
}
