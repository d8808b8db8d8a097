export const EVERY_IPV4 = "0.0.0.0";
/** Hosts that mean all addresses of a machine. */
export const EVERYWHERE: readonly string[] = [EVERY_IPV4, "::", "[::]"];

/** Returns the host by which this machine itself reaches a server that listens on `host`. */
export function localHostOf(host: string): string {
  if (!EVERYWHERE.includes(host)) return host;
  return host === EVERY_IPV4 ? "127.0.0.1" : "::1";
}
