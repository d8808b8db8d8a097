import type { ServiceLevel } from "./service_place.ts";

/** What a unit says of one role. */
export interface UnitOptions {
  readonly level: ServiceLevel;
  /** For people. */
  readonly description: string;
  /** The program and its arguments. */
  readonly commandLine: readonly string[];
  /** Variables that anybody may see. */
  readonly environment: Readonly<Record<string, string>>;
  /** The file with those that nobody may see, if there are any. */
  readonly environmentFile: string | null;
}

/** Longer than a node takes to finish what is running (`drainMs`). */
const STOP_SECONDS = 45;

/**
 * What every level can have: it needs no privilege to set up. Memory that is written and run cannot be forbidden, since V8 compiles.
 * The system calls are those of a system service without what changes the host; chmod and fchown are SQLite's.
 */
const SANDBOX = [
  "NoNewPrivileges=yes",
  "UMask=0077",
  "LockPersonality=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "RestrictNamespaces=yes",
  "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
  "SystemCallArchitectures=native",
  "SystemCallFilter=@system-service @pkey",
  "SystemCallFilter=~@privileged @resources",
  "SystemCallFilter=fchown",
  "SystemCallErrorNumber=EPERM",
];

/** What only the system's manager can set up: an account, a file system and devices of its own. */
const SYSTEM_SANDBOX = [
  "DynamicUser=yes",
  "User=dml",
  "StateDirectory=dml",
  "StateDirectoryMode=0700",
  "CacheDirectory=dml",
  "CacheDirectoryMode=0700",
  "CapabilityBoundingSet=",
  "AmbientCapabilities=",
  "ProtectSystem=strict",
  "ProtectHome=yes",
  "ProtectProc=invisible",
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "ProtectControlGroups=yes",
  "PrivateDevices=yes",
  "PrivateTmp=yes",
  "PrivateUsers=yes",
  "RemoveIPC=yes",
];

/** Where a program without a home of its own keeps what it unpacks. */
const SYSTEM_ENVIRONMENT = { HOME: "/var/cache/dml", XDG_CACHE_HOME: "/var/cache/dml" };

/** A unit of systemd (systemd.service(5), systemd.exec(5)) that runs one role for good, in a sandbox. */
export function systemdUnit({ level, description, commandLine, environment, environmentFile }: UnitOptions): string {
  const isSystem = level === "system";
  const variables = Object.entries({ ...environment, ...isSystem ? SYSTEM_ENVIRONMENT : {} });
  return [
    "# Written by `dml service install`; `dml service uninstall` removes it.",
    "[Unit]",
    `Description=${escaped(description)}`,
    ...isSystem ? ["Wants=network-online.target", "After=network-online.target"] : [],
    "",
    "[Service]",
    "Type=exec",
    `ExecStart=${commandLine.map(commandWord).join(" ")}`,
    ...variables.map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    ...environmentFile === null ? [] : [`EnvironmentFile=${escaped(environmentFile)}`],
    "Restart=on-failure",
    "RestartSec=5",
    "# A wrong command line does not get better.",
    "RestartPreventExitStatus=2",
    `TimeoutStopSec=${STOP_SECONDS}`,
    "KillMode=mixed",
    ...SANDBOX,
    ...isSystem ? SYSTEM_SANDBOX : [],
    "",
    "[Install]",
    `WantedBy=${isSystem ? "multi-user.target" : "default.target"}`,
    "",
  ].join("\n");
}

/** A line of an environment file (its quotes are a shell's, and nothing in it is a specifier), for {@linkcode UnitOptions.environmentFile}. */
export function environmentLine(name: string, value: string): string {
  return `${name}="${value.replace(/["\\$`]/g, "\\$&")}"\n`;
}

/** One word of a command line: quoted, and `$` and `%` doubled, since they stand for other things. */
function commandWord(text: string): string {
  return quoted(text.replaceAll("$", "$$$$"));
}

function quoted(text: string): string {
  return /^[\w@+=:,.\/-]+$/.test(text) ? text : `"${escaped(text).replace(/["\\]/g, "\\$&")}"`;
}

/** `%` begins a specifier everywhere. */
function escaped(text: string): string {
  return text.replaceAll("%", "%%");
}
