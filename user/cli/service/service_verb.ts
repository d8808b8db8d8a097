import { SERVICE_ACTIONS, SERVICE_ROLES } from "../../service/service_place.ts";
import type { Verb } from "../verb.ts";

/** `dml service`, for the help and the parser. */
export const SERVICE_VERB = {
  usage: "install serve|join HOST, uninstall serve|join, status [serve|join]",
  summary: "Run a role permanently as a service: systemd on Linux, launchd on macOS.",
  details: [
    "install writes the description of the service, including the flags of the role; uninstall removes it. dml starts no programs, so both print the commands for the remaining steps.",
    "status shows what is installed, whether it starts at boot, and which process runs. A token is stored in a file that only its owner can read.",
    "With --system the data is in /var/lib/dml, and dml must be an executable that every account can read, such as /usr/local/bin/dml.",
  ],
  words: [...SERVICE_ACTIONS, ...SERVICE_ROLES],
  flags: [
    "system",
    "host",
    "port",
    "control-port",
    "advertise",
    "cert",
    "key",
    "plain",
    "from",
    "cors",
    "print-tokens",
    "approve",
    "executables",
    "master",
    "token",
    "token-file",
    "name",
    "label",
    "workers",
    "cache-bytes",
    "memory",
    "allow-exec",
    "upgrade",
    "upgrade-within",
    "home",
    "json",
  ],
  examples: [
    ["dml service install serve --host 0.0.0.0", "the master, whenever you are logged in (or linger)"],
    ["dml service install join 192.168.1.10 --token dmln_... --system", "a node from boot on; run this as root"],
    ["dml service status", "what is installed and running"],
  ],
} as const satisfies Verb;
