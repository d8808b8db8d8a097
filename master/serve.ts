import { join } from "node:path";
import { CATALOG } from "../models/catalog/catalog.ts";
import { formatAddress, type Host } from "../protocol/http_api/address.ts";
import { DiskBlobStore } from "../protocol/blob/disk_blob_store.ts";
import { MemoryBlobStore } from "../protocol/blob/memory_blob_store.ts";
import { lockDirectory } from "../protocol/host/directory_lock.ts";
import { openHome } from "../protocol/host/home.ts";
import { SYSTEM_CLOCK } from "../protocol/kernel/clock.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import type { Log } from "../protocol/kernel/log.ts";
import { SYSTEM_RANDOM } from "../protocol/kernel/random.ts";
import type { Role } from "../protocol/security/tokens.ts";
import { TcpTransport } from "../protocol/transport/tcp_transport.ts";
import type { Address } from "../protocol/ports/transport.ts";
import { loadTokens } from "./host/cluster_tokens.ts";
import { SqliteLedger } from "./ledger/sqlite_ledger.ts";
import { type MasterHandle, startMaster } from "./master.ts";
import { publishedGalleries } from "./people/cluster_people.ts";
import { SqlitePeopleStore } from "./people/sqlite_people_store.ts";
import { ProgramFiles } from "./programs/program_files.ts";
import { isLoopbackHost, reachableHosts } from "./host/reachable_host.ts";

/** Settings of `dml serve`. */
export interface ServeOptions {
  /** Name or address of this host to listen on; 0.0.0.0 or :: for all of its addresses. */
  readonly host: string;
  /** Port of HTTP; 0 for any free one. */
  readonly port: number;
  readonly controlPort: number;
  /**
   * Name or address by which others reach this master, with the port of HTTP if it names none;
   * `null` to find the addresses of this host.
   */
  readonly advertise?: Host | null;
  /** False to leave the tokens out of the commands in {@linkcode ServeInfo}; true if absent. */
  readonly printTokens?: boolean;
  /** Path of the data directory. */
  readonly home: string;
  /** Path of the executable that this process was started from; `null` if there is none. */
  readonly executable?: string | null;
  /** Directory of more executables that nodes may upgrade to; `null` if there is none. */
  readonly executables?: string | null;
  readonly log: Log;
  /** Version of dml. */
  readonly version: string;
  /** Stops the master once it aborts. */
  readonly signal: AbortSignal;
  /** Called once, when the master listens. */
  readonly onReady: (info: ServeInfo) => void;
}

/** An address of a master beside the one in its commands. */
export interface OtherAddress {
  /** `HOST:PORT` */
  readonly address: string;
  /** Name of the virtual interface that has the address; else `null`. */
  readonly virtualInterface: string | null;
}

/** Facts about a listening master that its operator needs. */
export interface ServeInfo {
  readonly http: Address;
  readonly control: Address;
  /** Address by which others most likely reach the master, `HOST:PORT`; the commands contain it. */
  readonly address: string;
  /** Other addresses of the master, the most likely first. */
  readonly otherAddresses: readonly OtherAddress[];
  /** Command that makes another host a node. */
  readonly joinCommand: string;
  /** Command that sends a picture from another host. */
  readonly predictCommand: string;
  /** Command that lists the nodes of this master. */
  readonly nodesCommand: string;
  /** True if clients need a token; the commands then contain it, or a word for it. */
  readonly tokenRequired: boolean;
  /**
   * Path of the file with the tokens, for which the commands then contain NODE_TOKEN, USER_TOKEN
   * and
   * ADMIN_TOKEN; `null` if the commands contain the tokens themselves, or need none.
   */
  readonly hiddenTokensPath: string | null;
}

/**
 * Runs a master until `signal` aborts. Throws `address_in_use`, `home_locked`, `home_unusable` or
 * `usage`.
 */
export async function runServe(options: ServeOptions): Promise<void> {
  const { masterPath } = await openHome(options.home);
  const holder = { pid: Deno.pid, verb: "serve", startedMs: SYSTEM_CLOCK.wallMs() };
  using _lock = await lockDirectory(masterPath, { holder });
  const ledger = SqliteLedger.open(join(masterPath, "ledger.sqlite"));
  let people: SqlitePeopleStore | null = null;
  try {
    people = SqlitePeopleStore.open(join(masterPath, "people.sqlite"));
    const master = await start(options, { masterPath, ledger, people });
    try {
      await aborted(options.signal);
      options.log.info("Stopping.");
    } finally {
      await master.stop();
    }
  } finally {
    people?.close();
    ledger.close();
  }
}

async function start(
  options: ServeOptions,
  { masterPath, ledger, people }: { masterPath: string; ledger: SqliteLedger; people: SqlitePeopleStore },
): Promise<MasterHandle> {
  const { host, port, controlPort, log, version, onReady } = options;
  const tokensPath = join(masterPath, "tokens.json");
  const tokens = isLoopbackHost(host) ? null : await loadTokens(tokensPath);
  const master = await startMaster({
    log,
    clock: SYSTEM_CLOCK,
    random: SYSTEM_RANDOM,
    version,
    transport: new TcpTransport({ log }),
    control: { hostname: host, port: controlPort },
    http: { hostname: host, port },
    ledger,
    people,
    galleries: publishedGalleries(people),
    durableBlobs: await DiskBlobStore.open(join(masterPath, "blobs")),
    transientBlobs: new MemoryBlobStore({ bytesMax: LIMITS.transientBytesMax }),
    catalog: CATALOG,
    programs: new ProgramFiles({
      executable: options.executable ?? null,
      directory: options.executables ?? null,
      log,
    }),
    tokens,
  });
  const http = master.httpAddress ?? { hostname: host, port };
  const [{ address }, ...otherAddresses] = addressesOf(options, http.port);
  const { printTokens = true } = options;
  const withToken = (role: Role) => {
    if (tokens === null) return "";
    return ` --token ${printTokens ? tokens[role] : `${role.toUpperCase()}_TOKEN`}`;
  };
  onReady({
    http,
    control: master.controlAddress,
    address,
    otherAddresses,
    joinCommand: `dml join ${address}${withToken("node")}`,
    predictCommand: `dml predict PHOTO --master ${address}${withToken("user")}`,
    nodesCommand: `dml nodes --master ${address}${withToken("admin")}`,
    tokenRequired: tokens !== null,
    hiddenTokensPath: tokens === null || printTokens ? null : tokensPath,
  });
  return master;
}

/** Returns all addresses by which others may reach the master, the advertised one first. */
function addressesOf({ host, advertise = null }: ServeOptions, httpPort: number): OtherAddress[] {
  const found = reachableHosts(host).map(({ hostname, virtualInterface }) => ({
    address: formatAddress({ hostname, port: httpPort }),
    virtualInterface,
  }));
  if (advertise === null) return found;
  const address = formatAddress({ hostname: advertise.hostname, port: advertise.port ?? httpPort });
  return [{ address, virtualInterface: null }, ...found.filter((other) => other.address !== address)];
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
