import { DIALECT_NAMES } from "../../../protocol/http_api/dialect_names.ts";
import type { Flag } from "../flag.ts";

/** Nightly copies that a master keeps. */
export const DEFAULT_BACKUPS = 7;

/** Flags of a master about browsers and other programs than dml. */
export const SERVE_FLAGS = {
  cert: {
    argument: "FILE",
    environment: "DML_CERT",
    fallback: "none",
    description:
      "Your own certificate (PEM, with its chain), shown to browsers that ask for a name in it; needs --key.",
  },
  key: {
    argument: "FILE",
    environment: "DML_KEY",
    fallback: "none",
    description: "The private key of --cert (PEM, without a passphrase).",
  },
  plain: {
    argument: "HOST:PORT",
    environment: "DML_PLAIN",
    fallback: "none",
    description:
      "A second HTTP port without TLS, for programs that cannot do better: predictions and people alone, with tokens of `dml token create --for-plain`.",
  },
  backups: {
    argument: "N",
    environment: "DML_BACKUPS",
    fallback: String(DEFAULT_BACKUPS),
    description: "Nightly copies of the master's databases and tokens that are kept in its data directory; 0 for none.",
  },
  from: {
    argument: "ADDRESS[/BITS][=GALLERY]",
    repeats: true,
    environment: "DML_FROM",
    fallback: "none; the variable may name several with commas",
    description:
      "An address that needs no token on the port of --plain: it may send pictures, and look after the people of GALLERY if one is named.",
  },
  dialects: {
    argument: "NAME,...",
    environment: "DML_DIALECTS",
    fallback: "all of them on this machine only, else none",
    description: `Other products whose clients are answered too: ${DIALECT_NAMES.join(", ")}, or none.`,
  },
  "dialect-model": {
    argument: "DIALECT=MODEL",
    repeats: true,
    environment: "DML_DIALECT_MODEL",
    fallback:
      "faces, and for the objects of deepstack the only detect model; the variable may name several with commas",
    description: "The model that a dialect uses.",
  },
  cors: {
    argument: "ORIGIN[,ORIGIN]",
    environment: "DML_CORS",
    fallback: "none",
    description: "Origins of the web pages that may call the HTTP API from a browser, such as https://photos.example.",
  },
  executables: {
    argument: "DIR",
    environment: "DML_EXECUTABLES",
    fallback: "none",
    description: "Directory with executables for other kinds of hosts, as a build writes them to dist.",
  },
  "log-names": {
    eitherWay: true,
    environment: "DML_LOG_NAMES",
    fallback: "no",
    description: "Write the names of recognised persons into the access log of the master.",
  },
} as const satisfies Record<string, Flag>;
