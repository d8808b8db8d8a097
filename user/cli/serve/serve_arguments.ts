import { formatAddress, isLoopbackHost } from "../../../protocol/http_api/address.ts";
import { parseAddressRange } from "../../../protocol/http_api/address_range.ts";
import { DEFAULT_CONTROL_PORT, DEFAULT_PORT } from "../../../protocol/http_api/paths.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { GALLERY_NAME_PATTERN } from "../../../protocol/kernel/people_names.ts";
import type { PlainPort, ServeCommand } from "../command.ts";
import type { FlagValues } from "../flag_values.ts";
import { DEFAULT_HOST } from "../flags.ts";
import { corsOriginsIn } from "./cors_origins.ts";
import { dialectChoice } from "./dialect_arguments.ts";
import { DEFAULT_BACKUPS } from "./serve_flags.ts";

/** Parses the flags of `dml serve`. Throws `usage`. */
export function serveCommand(values: FlagValues): ServeCommand {
  const port = values.port("port") ?? DEFAULT_PORT;
  const controlPort = values.port("control-port") ?? DEFAULT_CONTROL_PORT;
  if (port !== 0 && port === controlPort) {
    throw new DmlError("usage", `--port and --control-port are both ${port}; they must differ.`);
  }
  const host = values.hostname("host") ?? DEFAULT_HOST;
  const insecure = values.isOn("insecure");
  const plain = plainPortIn(values, { port, controlPort });
  return {
    verb: "serve",
    host,
    port,
    controlPort,
    advertise: values.host("advertise"),
    insecure,
    certificate: certificateIn(values, { hasTls: !insecure && !isLoopbackHost(host) }),
    plain,
    dialects: dialectChoice(values, { host, plain: plain?.address.hostname ?? null }),
    ...corsOriginsIn(values),
    printTokens: values.toggle("print-tokens"),
    approve: values.isOn("approve"),
    logNames: values.isOn("log-names"),
    workers: values.count("workers", LIMITS.workersMax, { min: 0 }),
    executables: values.text("executables"),
    backups: values.count("backups", LIMITS.nightlyCopiesMax, { min: 0 }) ?? DEFAULT_BACKUPS,
    acceptsLoss: values.isOn("accept-loss"),
    home: values.text("home"),
  };
}

function plainPortIn(
  values: FlagValues,
  others: { port: number; controlPort: number },
): PlainPort | null {
  const host = values.host("plain");
  const rules = rangesIn(values).map(addressRule);
  if (host === null) {
    if (rules.length === 0) return null;
    throw new DmlError("usage", "--from is about the port without TLS; it needs --plain.", {
      advice: "Say `dml serve --plain HOST:PORT --from ADDRESS`.",
    });
  }
  const { hostname, port } = host;
  if (port === null || Object.values(others).includes(port)) {
    throw new DmlError("usage", "--plain needs a port of its own.", {
      advice: `Say --plain ${formatAddress({ hostname, port: DEFAULT_CONTROL_PORT + 1 })}, for example.`,
    });
  }
  return { address: { hostname, port }, rules };
}

function rangesIn(values: FlagValues): readonly string[] {
  const given = values.texts("from");
  return given.length > 0 ? given : values.text("from")?.split(",") ?? [];
}

function addressRule(text: string): PlainPort["rules"][number] {
  const [, address, gallery = null] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? ["", text];
  const range = parseAddressRange(address, { what: "--from" });
  if (gallery === null || GALLERY_NAME_PATTERN.test(gallery)) return { range, gallery };
  throw new DmlError("usage", `--from names ${JSON.stringify(gallery)}, which is not the name of a gallery.`);
}

function certificateIn(values: FlagValues, { hasTls }: { hasTls: boolean }): ServeCommand["certificate"] {
  const [certificate, privateKey] = [values.text("cert"), values.text("key")];
  if (certificate === null && privateKey === null) return null;
  if (certificate === null || privateKey === null) {
    throw new DmlError(
      "usage",
      `--cert and --key belong together; ${certificate === null ? "--cert" : "--key"} is missing.`,
    );
  }
  if (hasTls) return { certificate, privateKey };
  throw new DmlError("usage", "--cert is for a master that speaks TLS, and this one does not.", {
    advice: "Name an address of this host with --host, without --insecure.",
  });
}
