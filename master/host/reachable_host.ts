/** What tells under which addresses this host is known. */
export interface HostNames {
  readonly networkInterfaces: () => readonly Pick<
    Deno.NetworkInterfaceInfo,
    "family" | "address"
  >[];
  readonly hostname: () => string;
}

const EVERYWHERE: readonly string[] = ["0.0.0.0", "::", "[::]"];

/** Whether only this machine can reach what listens on `host`. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(host);
}

/** How other hosts reach what listens on `host`: itself or, for all addresses, the first IPv4 one that is not loopback. */
export function reachableHost(host: string, names: HostNames = Deno): string {
  if (!EVERYWHERE.includes(host)) return host;
  const found = names.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !isLoopbackHost(address) && !address.startsWith("169.254.")
  );
  return found?.address ?? names.hostname();
}
