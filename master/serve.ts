import { join } from "node:path";
import { CATALOG } from "../models/catalog/catalog.ts";
import { formatAddress, type Host, isLoopbackHost } from "../protocol/http_api/address.ts";
import { localHostOf } from "../protocol/http_api/local_host.ts";
import { DiskBlobStore } from "../protocol/blob/disk_blob_store.ts";
import { MemoryBlobStore } from "../protocol/blob/memory_blob_store.ts";
import { lockDirectory } from "../protocol/host/directory_lock.ts";
import { freeDiskBytes } from "../protocol/host/free_disk.ts";
import { isHome, openHome } from "../protocol/host/home.ts";
import { writeJsonFile } from "../protocol/host/json_file.ts";
import { type MasterAddresses, TOKENS_FILE } from "../protocol/host/master_files.ts";
import type { OwnNode } from "../protocol/host/own_node_link.ts";
import { SYSTEM_CLOCK } from "../protocol/kernel/clock.ts";
import { NO_DIALECTS } from "../protocol/http_api/dialect_names.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import type { Log } from "../protocol/kernel/log.ts";
import { SYSTEM_RANDOM } from "../protocol/kernel/random.ts";
import { withPin } from "../protocol/security/pin.ts";
import type { DefaultRole } from "../protocol/security/roles.ts";
import { newToken } from "../protocol/security/tokens.ts";
import { TlsTransport } from "../protocol/transport/tls_transport.ts";
import { TcpTransport } from "../protocol/transport/tcp_transport.ts";
import { DefaultTokens } from "./access/default_tokens.ts";
import { TokenStore } from "./access/token_store.ts";
import { AccessLog } from "./observe/access_log.ts";
import { Backups } from "./backup/backups.ts";
import { type NightSettings, withNights } from "./backup/own_nights.ts";
import { openTokens } from "./host/cluster_tokens.ts";
import { SqliteLedger } from "./ledger/sqlite_ledger.ts";
import { type MasterHandle, type MasterOptions, startMaster } from "./master.ts";
import { publishedGalleries } from "./people/cluster_people.ts";
import { SqlitePeopleStore } from "./people/sqlite_people_store.ts";
import { DirectoryTrash } from "./people/trash/directory_trash.ts";
import type { PlainPort } from "./access/plain_access.ts";
import { ProgramFiles } from "./programs/program_files.ts";
import { type Logging, withLogs } from "./logs/with_logs.ts";
import { aborted } from "./host/aborted.ts";
import { affordableConnections } from "./host/free_descriptors.ts";
import type { MasterCertificates } from "./host/certificates.ts";
import { portFailure } from "./host/free_ports.ts";
import { masterTls, openCertificates, openOwnCertificate } from "./host/open_certificates.ts";
import type { CertificateFiles, OwnCertificate } from "./host/own_certificate.ts";
import type { ServeInfo } from "./host/serve_info.ts";
import { addressesOf, hostsOf } from "./host/served_addresses.ts";

import { writeAddresses } from "./host/write_addresses.ts";

/** Settings of `dml serve`. */
export interface ServeOptions extends NightSettings, Pick<MasterOptions, "dialects" | "corsOrigins"> {
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
  /**
   * True to serve other hosts without TLS, so that whoever listens on the network learns tokens,
   * pictures and names.
   */
  readonly insecure?: boolean;
  /** Certificate for browsers, which they choose by a name in it; `null` or absent for none. */
  readonly certificate?: CertificateFiles | null;
  /** Second HTTP port, without TLS; `null` or absent for none. */
  readonly plain?: PlainPort | null;
  /** False to leave the tokens out of the commands in {@linkcode ServeInfo}; true if absent. */
  readonly printTokens?: boolean;
  /** True if a node that joins for the first time waits for an admin; false if absent. */
  readonly approve?: boolean;
  /** The node in this process; `null` or absent for none. */
  readonly ownNode?: OwnNode | null;
  /** True to write the names of recognised persons into the access log; false if absent. */
  readonly logNames?: boolean;
  /** Path of the data directory. */
  readonly home: string;
  /** Path of the executable that this process was started from; `null` if there is none. */
  readonly executable?: string | null;
  /** Directory of more executables that nodes may upgrade to; `null` if there is none. */
  readonly executables?: string | null;
  /** True to go on without acknowledged changes that the disk has lost. */
  readonly acceptsLoss?: boolean;
  readonly log: Log;
  /** Version of dml. */
  readonly version: string;
  /** Stops the master once it aborts. */
  readonly signal: AbortSignal;
  /** Called once, when the master listens. */
  readonly onReady: (info: ServeInfo) => void;
}

/**
 * Runs a master until `signal` aborts. Throws `address_in_use`, `home_locked`, `home_unusable` or
 * `usage`.
 */
export async function runServe(options: ServeOptions): Promise<void> {
  const { host: hostname, port, controlPort } = options;
  const taken = portFailure([{ hostname, port }, { hostname, port: controlPort }]);
  // Of a data directory that is in use already, its lock says more: the other master has the ports.
  if (taken !== null && !await isHome(options.home)) throw taken;
  const { masterPath } = await openHome(options.home);
  const holder = { pid: Deno.pid, verb: "serve", startedMs: SYSTEM_CLOCK.wallMs() };
  using _lock = await lockDirectory(masterPath, { holder });
  if (taken !== null) throw taken;
  const work = (logging: Logging) => serve({ ...options, log: logging.logs.log }, { masterPath, ...logging });
  await withLogs(join(masterPath, "logs"), { printed: options.log, work });
}

async function serve(options: ServeOptions, { masterPath, ...logging }: Logging & { masterPath: string }) {
  const ledger = SqliteLedger.open(join(masterPath, "ledger.sqlite"), options);
  let people: SqlitePeopleStore | null = null;
  try {
    people = SqlitePeopleStore.open(join(masterPath, "people.sqlite"), options);
    const hosts = () => hostsOf(options).map(({ hostname }) => hostname);
    using certificates = await openCertificates(options, { hosts, masterPath });
    using ownCertificate = await openOwnCertificate(options, { hosts });
    await using accessLog = await AccessLog.open(join(masterPath, "access"), options);
    const opened = { masterPath, ledger, people, certificates, ownCertificate, accessLog };
    const master = await start(options, { ...opened, ...logging });
    try {
      await withNights({ ...options, masterPath, ledger, people }, () => aborted(options.signal));
      options.log.info("Stopping.");
    } finally {
      await master.stop();
      await options.ownNode?.stop();
    }
  } finally {
    people?.close();
    ledger.close();
  }
}

/** The opened parts of a master. */
interface Opened {
  readonly masterPath: string;
  readonly ledger: SqliteLedger;
  readonly people: SqlitePeopleStore;
  readonly certificates: MasterCertificates | null;
  readonly ownCertificate: OwnCertificate | null;
  readonly accessLog: AccessLog;
}

async function start(
  options: ServeOptions,
  { masterPath, ledger, people, certificates, ownCertificate, accessLog, logs, secrets }: Opened & Logging,
): Promise<MasterHandle> {
  const { host, port, controlPort, log, version, onReady, executable = null, executables = null } = options;
  const tokensPath = join(masterPath, TOKENS_FILE);
  const { tokens, admins } = await openTokens(tokensPath, { isLocal: isLoopbackHost(host), secrets });
  const ownNodeToken = newToken("node");
  secrets.learn(ownNodeToken);
  const tokenStore = new TokenStore({
    records: ledger.tokens(),
    defaults: tokens === null ? null : new DefaultTokens(tokens, (changed) => writeJsonFile(tokensPath, changed)),
    pin: certificates?.pin ?? null,
    clock: SYSTEM_CLOCK,
    random: SYSTEM_RANDOM,
    log,
  });
  const stored = { directory: masterPath, ledger, people };
  const durable = await DiskBlobStore.open(join(masterPath, "blobs"), { keepsDamaged: true });
  const master = await startMaster({
    log,
    logs,
    clock: SYSTEM_CLOCK,
    random: SYSTEM_RANDOM,
    version,
    transport: certificates === null
      ? new TcpTransport({ log })
      : new TlsTransport({ identity: certificates.identity, log }),
    tls: certificates && masterTls(certificates, ownCertificate),
    accessLog,
    logsNames: options.logNames ?? false,
    diskFreeBytes: () => freeDiskBytes(masterPath),
    connectionsMax: (present) => affordableConnections(join(options.home, "format"), { present }),
    control: { hostname: host, port: controlPort },
    http: { hostname: host, port },
    plain: options.plain ?? null,
    dialects: options.dialects,
    corsOrigins: options.corsOrigins,
    ledger,
    people,
    trash: await DirectoryTrash.open(join(masterPath, "trash"), { log }),
    galleries: publishedGalleries(people),
    durableBlobs: durable,
    backups: new Backups({ ...options, ...stored, durable, catalog: CATALOG, clock: SYSTEM_CLOCK }),
    transientBlobs: new MemoryBlobStore({ bytesMax: LIMITS.transientBytesMax }),
    catalog: CATALOG,
    programs: new ProgramFiles({ executable, directory: executables, log }),
    settings: { requiresApproval: options.approve ?? false },
    credentials: tokens === null ? null : tokenStore,
    execAdmins: admins(certificates === null ? null : tokenStore),
    fileAdmins: admins(certificates === null ? null : tokenStore),
    ownNodeToken,
    tokens: tokenStore,
    audit: ledger.audit({ clock: SYSTEM_CLOCK, log }),
  });
  if (master.plainAddress !== null) {
    const warning =
      "A second port speaks no TLS (--plain): its tokens, pictures and names cross the network in the clear.";
    log.warn(warning, { address: formatAddress(master.plainAddress) });
  }
  const http = master.httpAddress ?? { hostname: host, port };
  const [{ address }, ...otherAddresses] = addressesOf(options, http.port);
  const here = { ...http, hostname: localHostOf(host) };
  const addresses: MasterAddresses = {
    here: formatAddress(here),
    elsewhere: address,
    pin: certificates?.pin ?? null,
  };
  await writeAddresses(masterPath, { addresses, log });
  const pinned = (token: string) => certificates === null ? token : withPin(token, certificates.pin);
  options.ownNode?.start({ master: here, token: pinned(ownNodeToken) });
  const { printTokens = true } = options;
  const withToken = (role: DefaultRole) => {
    if (tokens === null) return "";
    const token = printTokens ? tokens[role] : `${role.toUpperCase()}_TOKEN`;
    return ` --token ${pinned(token)}`;
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
    hiddenTokensPath: tokens === null || options.printTokens !== false ? null : tokensPath,
    isSecure: certificates !== null || tokens === null,
    plainAddress: master.plainAddress && formatAddress(master.plainAddress),
    dialects: (options.dialects ?? NO_DIALECTS).names,
  });
  return master;
}
