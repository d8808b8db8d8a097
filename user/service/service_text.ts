import type { ServiceFiles, ServiceLevel, ServiceManager } from "./service_place.ts";

/** A service that was just written or removed. */
export interface ServiceFacts extends ServiceFiles {
  readonly manager: ServiceManager;
  readonly level: ServiceLevel;
}

/** Formats the remaining steps after `dml service install`, since dml itself starts no programs. */
export function installedText({ manager, level, name, description }: ServiceFacts): string {
  const { systemctl, journalctl } = commandsOf(level);
  const lines = manager === "launchd"
    ? [`launchctl bootstrap gui/$(id -u) ${shellWord(description)}`]
    : [`${systemctl} daemon-reload`, `${systemctl} enable ${name}`, `${systemctl} restart ${name}`];
  return text([
    `Wrote ${description}.`,
    "",
    "To start it now and whenever the host starts:",
    "",
    ...lines.map((line) => `  ${line}`),
    ...manager === "systemd" && level === "user"
      ? ["  loginctl enable-linger    # also while you are not logged in"]
      : [],
    "",
    ...manager === "systemd" ? ["To follow its log:", "", `  ${journalctl} -u ${name} -f`, ""] : [],
  ]);
}

/** Formats the remaining steps after `dml service uninstall`. */
export function uninstalledText({ manager, level, name, description }: ServiceFacts): string {
  const { systemctl } = commandsOf(level);
  const lines = manager === "launchd"
    ? [`launchctl bootout gui/$(id -u)/${name}`]
    : [`${systemctl} stop ${name}`, `${systemctl} daemon-reload`];
  return text([
    `Removed ${description}. Its data stays.`,
    "",
    "To stop it if it is still running:",
    "",
    ...lines.map((line) => `  ${line}`),
    "",
  ]);
}

function commandsOf(level: ServiceLevel): { systemctl: string; journalctl: string } {
  return level === "system"
    ? { systemctl: "systemctl", journalctl: "journalctl" }
    : { systemctl: "systemctl --user", journalctl: "journalctl --user" };
}

function shellWord(word: string): string {
  return /^[\w@%+=:,.\/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
