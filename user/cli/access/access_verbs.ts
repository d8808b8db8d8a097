import type { Verb } from "../verb.ts";
import { MASTER_FLAGS } from "./master_flags.ts";
import { CA_VERBS } from "./ca_verbs.ts";
import { CONTEXT_VERBS } from "./context_verbs.ts";
import { TOKEN_VERBS } from "./token_verbs.ts";

/** Verbs about who may come in, and who did what, for the help and the parser. */
export const ACCESS_VERBS = {
  login: {
    usage: "HOST[:7400]",
    summary: "Keep a master and a token, so that no later command needs --master or --token.",
    details: [
      "Asks the master whose token it is, and keeps both as a context in contexts.json of your configuration directory ($DML_CONFIG, else ~/.config/dml), which only you can read. Without --token it asks for the token and does not show it; if standard input is no terminal, it reads the token from there.",
      "The commands that ask a master use, in this order: a flag, its environment variable, the context, and the master on this machine. A token is only sent to the master that it was kept with.",
      "`dml serve` and `dml join` use no context.",
    ],
    flags: ["master", "token", "token-file", "name"],
    flagTexts: { name: { description: "The name of the context.", fallback: "the address of the master" } },
    examples: [
      ["dml login 192.168.1.10", "asks for the token"],
      ["dml login 192.168.1.10 --token-file token.txt --name home", "with the token in a file"],
    ],
  },
  context: {
    usage: "VERB ...",
    summary: "List the masters that you are logged in to, or choose one.",
    details: [],
    flags: [],
    subVerbs: CONTEXT_VERBS,
    examples: [["dml context list", "which masters, and which one is used"], ["dml context use home", "from now on"]],
  },
  token: {
    usage: "VERB ...",
    summary: "Make, list, revoke and replace the tokens of a master.",
    details: [
      "Roles: user sends pictures; people also looks after the people of its --gallery, and no other; node joins; metrics reads counts; admin does everything else.",
      "On the master's own host no token is needed: under the account of the master, or as root, the admin's token is read from the data directory (--home).",
    ],
    flags: [],
    flagTexts: {
      name: { description: "The name of the token, by which the list and the audit call it.", fallback: "made up" },
      gallery: { description: "The one gallery of a token of the role people.", fallback: "default" },
      home: {
        description: "The data directory of a master on this host, whose admin token is used.",
        environment: "DML_HOME",
        fallback: "that of your account, or else /var/lib/dml",
      },
    },
    subVerbs: TOKEN_VERBS,
    examples: [
      ["dml token show node", "the line that makes another host a node"],
      ["dml token create --role people --gallery home --name frigate", "for a program that enrols people"],
    ],
  },
  ca: {
    usage: "export [FILE]",
    summary: "Write the certificate by which browsers and other programs recognise a master.",
    details: [],
    flags: [],
    flagTexts: {
      home: {
        description: "The data directory of a master on this host, which must run.",
        environment: "DML_HOME",
        fallback: "that of your account, or else /var/lib/dml",
      },
    },
    subVerbs: CA_VERBS,
    examples: [["dml ca export dml-ca.pem", "for browsers, curl and Python; see docs/tls.md"]],
  },
  audit: {
    usage: "",
    summary: "List who did what: joins, tokens, commands, changes of models and people.",
    details: [
      "Who is the name of a token, or this machine on a master that needs no tokens. The master keeps the last 20,000 entries.",
      '--json prints one line per entry: {"entryId", "atMs", "actor", "action", "subject", "detail"}.',
    ],
    flags: [...MASTER_FLAGS, "since", "home", "json"],
    flagTexts: {
      home: {
        description: "The data directory of a master on this host, whose admin token is used.",
        environment: "DML_HOME",
        fallback: "that of your account, or else /var/lib/dml",
      },
    },
    examples: [["dml audit", "the last day"], ["dml audit --since 90d --json", "more, for a program"]],
  },
  backup: {
    usage: "FILE",
    takesFiles: true,
    summary: "Back up the master into a file while it runs.",
    details: [
      "The file holds everything that only the master knows: nodes, models of your own, people with their faces, tokens and the key of its certificate. Tokens and key are encrypted, and the whole is sealed, with a key that is printed once and kept nowhere: keep it apart from the file. Names and faces are not encrypted; protect the file as you protect the pictures.",
      "The file gets its name only when it is complete. The master goes on answering meanwhile.",
      "Every night the master also copies its databases and tokens into its own data directory (`dml serve --backups`): that is no backup, because it is on the same disk and has neither crops nor models.",
      '--json prints {"file", "bytes", "parts", "damaged", "key"}.',
    ],
    flags: [...MASTER_FLAGS, "home", "json"],
    flagTexts: {
      home: {
        description: "The data directory of a master on this host, whose admin token is used.",
        environment: "DML_HOME",
        fallback: "that of your account, or else /var/lib/dml",
      },
    },
    examples: [["dml backup master.dmlbackup", "on the master's host, or with --master"]],
  },
  restore: {
    usage: "FILE",
    takesFiles: true,
    summary: "Put the master of a backup into a data directory that has none.",
    details: [
      "Asks for the key of the backup; from a program, reads it as the first line of standard input. Everything is checked against its digest and the seal before it counts. `dml serve` then starts the master; on its old address, nodes and users go on without a change.",
      '--json prints {"home", "createdMs", "blobs", "damaged"}.',
    ],
    flags: ["home", "json"],
    examples: [["dml restore master.dmlbackup", "on the new host, before `dml serve`"]],
  },
} as const satisfies Record<string, Verb>;
