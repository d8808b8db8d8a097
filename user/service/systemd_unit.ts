import type { ServiceLevel } from "./service_place.ts";

/** Content of the unit of one role. */
export interface UnitOptions {
  readonly level: ServiceLevel;
  /** Text by which systemd shows the service to people. */
  readonly description: string;
  /** The program and its arguments. */
  readonly commandLine: readonly string[];
  /** Environment variables that are not secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** Path of the file with the secret variables; `null` if there are none. */
  readonly environmentFile: string | null;
}

/** Time to stop; longer than a node takes to finish its running work (`drainMs`). */
const STOP_SECONDS = 45;

/**
 * Settings that need no privilege and so suit every level. Memory that is both writable and
 * executable cannot be forbidden, since V8 compiles. The allowed system calls are those of a system
 * service without those that change the host; SQLite needs chmod and fchown, and a node limits the
 * memory of its workers.
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
  "SystemCallFilter=fchown setrlimit prlimit64",
  "SystemCallErrorNumber=EPERM",
];

/**
 * Settings that only the manager of the system can apply: an account, a file system and devices of
 * its own.
 */
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

/** Directory in which a program without a home directory keeps the files that it unpacks. */
const SYSTEM_ENVIRONMENT = { HOME: "/var/cache/dml", XDG_CACHE_HOME: "/var/cache/dml" };

/**
 * Returns a unit of systemd (systemd.service(5), systemd.exec(5)) that runs one role permanently in
 * a sandbox.
 */
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
    "# A node survives that memory runs out: the system ends one of its workers.",
    "OOMPolicy=continue",
    "Restart=on-failure",
    "RestartSec=5",
    "# Restarting does not help if the command line is wrong.",
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

/**
 * Formats a line of an environment file for {@linkcode UnitOptions.environmentFile}. Its quotes are
 * those of a shell, and it has no specifiers.
 */
export function environmentLine(name: string, value: string): string {
  return `${name}="${value.replace(/["\\$`]/g, "\\$&")}"\n`;
}

/**
 * Formats one word of a command line: quoted, with `$` and `%` doubled, since they have special
 * meanings.
 */
function commandWord(text: string): string {
  return quoted(text.replaceAll("$", "$$$$"));
}

function quoted(text: string): string {
  return /^[\w@+=:,.\/-]+$/.test(text) ? text : `"${escaped(text).replace(/["\\]/g, "\\$&")}"`;
}

/** Doubles `%`, which begins a specifier everywhere in a unit. */
function escaped(text: string): string {
  return text.replaceAll("%", "%%");
}
