import type { Clock } from "../../../protocol/kernel/clock.ts";
import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import { trustOf } from "../../../protocol/security/trust.ts";
import type { AuditCommand, ContextCommand, LoginCommand, TokenCommand } from "../../cli/access/access_command.ts";
import { openMasterHttp } from "../../client/open_cluster.ts";
import { HttpAccessClient } from "../../client/http/access.ts";
import { HttpClusterClient } from "../../client/http/cluster.ts";
import { MasterHttp } from "../../client/http/master_http.ts";
import type { ProcessFacts } from "../../process/process_place.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { runAudit } from "./audit.ts";
import { runContext } from "./context.ts";
import { runLogin } from "./login.ts";
import { runToken } from "./token.ts";

/** Ports and settings of the commands about access. */
interface AccessContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** True if a person types on `stdin`. */
  readonly isInteractive: boolean;
  readonly facts: Pick<ProcessFacts, "access">;
  /** Runs `work`, and closes `http` afterwards or as soon as the signal aborts. */
  readonly whileOpen: (
    http: MasterHttp,
    context: Pick<AccessContext, "signal">,
    work: () => Promise<number>,
  ) => Promise<number>;
}

/** Codes of a master that says nothing without a token. */
const TOKEN_CODES: readonly string[] = ["unauthorized", "tls_required"] satisfies ErrorCode[];

/** Runs `dml token` or `dml audit`. Returns the exit code. */
export async function runAccess(command: TokenCommand | AuditCommand, context: AccessContext): Promise<number> {
  try {
    const http = await openMasterHttp({ ...context, ...command });
    const access = new HttpAccessClient(http);
    return await context.whileOpen(
      http,
      context,
      () =>
        command.verb === "token"
          ? runToken(command, { ...context, access })
          : runAudit(command, { ...context, access }),
    );
  } catch (error) {
    const hasNoToken = error instanceof DmlError && TOKEN_CODES.includes(error.code) && command.token === null;
    throw hasNoToken ? new DmlError(error.code, error.message, { cause: error, advice: adviceFor(command) }) : error;
  }
}

/** Runs `dml login` or `dml context`. Returns the exit code. */
export async function runOwnAccess(command: LoginCommand | ContextCommand, context: AccessContext): Promise<number> {
  const path = context.facts.access?.contextsPath ?? null;
  if (command.verb === "context") return await runContext(command, { ...context, path });
  const { master: address } = command;
  const opened: MasterHttp[] = [];
  const stop = () => opened.forEach((http) => http.close());
  context.signal.addEventListener("abort", stop);
  try {
    return await runLogin(command, {
      ...context,
      path,
      recognise: (token) => trustOf({ address, token, signal: context.signal }),
      open(token, trust) {
        const http = new MasterHttp({ ...context, address, token, trust });
        opened.push(http);
        return { access: new HttpAccessClient(http), cluster: new HttpClusterClient(http) };
      },
    });
  } finally {
    context.signal.removeEventListener("abort", stop);
    stop();
  }
}

function adviceFor({ verb }: TokenCommand | AuditCommand): string {
  return `On the master's host, run it under the account of the master or as root: \`sudo dml ${verb}\`. ` +
    "Elsewhere, `dml login` with the admin's token first.";
}
