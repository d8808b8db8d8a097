import type { Verb } from "../verb.ts";

export const SERVE_VERB = {
  usage: "",
  summary: "Run the master: accept nodes, distribute pictures, answer users.",
  details: [
    "Listens on this machine only, unless --host names an address. Prints its addresses, the most likely one first, and the commands for other hosts. --advertise puts another name or address into these commands.",
    "A master that other hosts can reach speaks TLS and demands tokens. It makes its own certificates; the end of each token says how to recognise them. --insecure leaves TLS out, not the tokens.",
    "With --cert and --key, browsers and other programs that ask for a name in that certificate get it; dml itself keeps to the master's own. Changed files are taken within a minute.",
    "--plain opens a second HTTP port without TLS, for programs that cannot do better. It has predictions and people alone, and no token but those of `dml token create --for-plain` is accepted there.",
    "--dialects names other products whose clients are answered on the same ports. They send their key as they always do: a token of dml, or none from an address that needs none. docs/dialects.md has the settings of each client.",
    "Every night at 3 o'clock or up to an hour later, the databases and tokens are copied into DIR/master/nightly, without a pause; --backups says how many copies are kept. They help against a mistake or a damaged file, on the same disk: `dml backup` makes the file for another one.",
    "With --log-format json the log line `ready` contains `address`, `port` and `controlPort`: the actual ports, even if 0 was requested.",
  ],
  flags: [
    "host",
    "port",
    "control-port",
    "advertise",
    "insecure",
    "cert",
    "key",
    "plain",
    "from",
    "dialects",
    "dialect-model",
    "cors",
    "print-tokens",
    "approve",
    "executables",
    "backups",
    "accept-loss",
    "home",
  ],
  examples: [
    ["dml serve", "for this machine"],
    ["dml serve --host 0.0.0.0", "for the network"],
  ],
} as const satisfies Verb;
