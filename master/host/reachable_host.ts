/** Source of the names and addresses of this host. */
export interface HostNames {
  readonly networkInterfaces: () => readonly Pick<
    Deno.NetworkInterfaceInfo,
    "family" | "address"
  >[];
  readonly hostname: () => string;
}

const EVERYWHERE: readonly string[] = ["0.0.0.0", "::", "[::]"];

/** True if only this machine can reach a server that listens on `host`. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Returns the host by which other machines reach a server that listens on `host`: `host` itself or,
 * if it means all addresses, the first IPv4 address that is neither loopback nor link-local.
 * Without such an address, it is the name of this machine.
 */
export function reachableHost(host: string, names: HostNames = Deno): string {
  if (!EVERYWHERE.includes(host)) return host;
  const found = names.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !isLoopbackHost(address) && !address.startsWith("169.254.")
  );
  return found?.address ?? names.hostname();
}
