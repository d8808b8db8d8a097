import { join, posix } from "node:path";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { HostEnvironment } from "../../protocol/host/home_path.ts";

/** Roles that run as a service. */
export const SERVICE_ROLES = ["serve", "join"] as const;
export type ServiceRole = (typeof SERVICE_ROLES)[number];

/** Actions of `dml service`. */
export const SERVICE_ACTIONS = ["install", "uninstall", "status"] as const;

/** Owner of a service: the account of the user, or the host. */
export type ServiceLevel = "user" | "system";

/** Data directory of a service of the host. systemd creates it for the service alone. */
export const SYSTEM_HOME = "/var/lib/dml";

/** Service managers, one for each supported kind of host. */
export type ServiceManager = "systemd" | "launchd";

/** Directory of the service descriptions. */
export interface ServiceDirectory {
  readonly manager: ServiceManager;
  readonly path: string;
}

/**
 * Returns the directory in which the service manager of this host looks for services of `level`
 * (systemd.unit(5), launchd.plist(5)). Throws `usage` on a host that has neither manager and for a
 * service of the host under launchd, `home_unusable` if the account's own directory is unknown.
 */
export function serviceDirectory(level: ServiceLevel, host: HostEnvironment): ServiceDirectory {
  switch (host.os) {
    case "linux": {
      const own = () => host.variable("XDG_CONFIG_HOME") || posix.join(homeOf(host), ".config");
      return {
        manager: "systemd",
        path: level === "system" ? "/etc/systemd/system" : posix.join(own(), "systemd", "user"),
      };
    }
    case "darwin":
      if (level === "system") {
        throw new DmlError("usage", "Under launchd a service of the host could run only as root.", {
          advice: "Leave --system out to install a service of your account.",
        });
      }
      return { manager: "launchd", path: posix.join(homeOf(host), "Library", "LaunchAgents") };
    default:
      throw new DmlError("usage", `\`dml service\` supports systemd and launchd; ${host.os} has neither.`, {
        advice: "Have the system's own scheduler start `dml serve` or `dml join` (on Windows: schtasks /sc onstart).",
      });
  }
}

function homeOf(host: HostEnvironment): string {
  const home = host.variable("HOME");
  if (home) return home;
  throw new DmlError("home_unusable", "HOME is not set, so the directory of your services is not known", {
    advice: "Set HOME, or install it for the host with --system.",
  });
}

/** Name and files of one service. */
export interface ServiceFiles {
  /** Name in the service manager: `dml-serve.service`, `dml.serve`. */
  readonly name: string;
  /** Path of its description. */
  readonly description: string;
  /**
   * Path of the file with secret variables, for its owner only; `null` if the description contains
   * them itself.
   */
  readonly environment: string | null;
  /**
   * Path of the link that exists while the service is enabled to start at boot; `null` if the
   * description alone suffices.
   */
  readonly enabled: string | null;
}

export function serviceFiles(
  role: ServiceRole,
  level: ServiceLevel,
  { manager, path }: ServiceDirectory,
): ServiceFiles {
  if (manager === "launchd") {
    const name = `dml.${role}`;
    return { name, description: join(path, `${name}.plist`), environment: null, enabled: null };
  }
  const name = `dml-${role}.service`;
  const target = level === "system" ? "multi-user.target" : "default.target";
  return {
    name,
    description: join(path, name),
    environment: join(path, `dml-${role}.env`),
    enabled: join(path, `${target}.wants`, name),
  };
}
