import { formatAddress } from "../../../protocol/http_api/address.ts";
import { DEFAULT_PORT } from "../../../protocol/http_api/paths.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { MasterTrust } from "../../../protocol/security/master_trust.ts";
import { formFault } from "../../../protocol/security/token_form.ts";
import { withContext } from "../../access/contexts.ts";
import { readContexts, writeContexts } from "../../access/contexts_file.ts";
import type { LoginCommand } from "../../cli/access/access_command.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import type { AccessClient } from "../../client/access_client.ts";
import type { ClusterClient } from "../../client/cluster_client.ts";
import { firstLine, tokenIn } from "../../process/token_file.ts";
import { askSecret } from "../../terminal/secret_prompt.ts";
import { printable } from "../../terminal/render.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { placeOf } from "./context.ts";

/** A master that is asked with a token. */
export interface AskedMaster {
  readonly access: Pick<AccessClient, "ownToken">;
  readonly cluster: Pick<ClusterClient, "info">;
}

/** Ports and settings of `dml login`. */
export interface LoginContext {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** True if a person types on `stdin`. */
  readonly isInteractive: boolean;
  /** Path of the file with the contexts; `null` if this account has no place for it. */
  readonly path: string | null;
  /**
   * Returns by which certificate the master is recognised, given the pin in a token; `null` for one
   * without TLS. Throws as `trustOf` does.
   */
  readonly recognise: (token: string | null) => Promise<MasterTrust>;
  /** Opens the master with a token. */
  readonly open: (token: string | null, trust: MasterTrust) => AskedMaster;
  /** Turns the echo of a terminal on and off; that of standard input except in tests. */
  readonly setRaw?: (isRaw: boolean) => void;
}

/**
 * Asks the master whose token it is, and keeps both as a context, which is used from now on.
 * Returns the exit code. Throws `unauthorized`, `master_unreachable`, `master_untrusted`,
 * `tls_required`, `usage` or `home_unusable`; nothing is kept then.
 */
export async function runLogin(command: LoginCommand, context: LoginContext): Promise<number> {
  const { terminal } = context;
  const path = placeOf(context.path);
  const contexts = readContexts(path);
  const token = command.token ?? (await needsToken(context) ? await askToken(command, context) : null);
  const trust = await context.recognise(token);
  const own = await context.open(token, trust).access.ownToken();
  const ca = trust?.ca ?? null;
  const name = command.name ?? nameOf(command.master);
  const master = formatAddress(command.master);
  await writeContexts(path, withContext(contexts, { name, master, token, ca, role: own.role, gallery: own.gallery }));
  const gallery = own.gallery === null ? "" : `, for the gallery ${own.gallery}`;
  const who = token === null
    ? "without a token, which it does not need"
    : `as ${own.name} (role ${own.role}${gallery})`;
  terminal.out(printable(`Logged in to ${master} ${who}.`) + "\n");
  terminal.out(printable(`Commands use it from now on, as the context ${name}.`) + "\n");
  if (own.expiresAtMs !== null) {
    terminal.out(
      `The token expires on ${new Date(own.expiresAtMs).toISOString().slice(0, 16).replace("T", " ")} UTC.\n`,
    );
  }
  return EXIT_OK;
}

/** Returns true if the master speaks TLS, or answers nobody without a token. */
async function needsToken({ recognise, open }: LoginContext): Promise<boolean> {
  try {
    return (await open(null, await recognise(null)).cluster.info()).tokenRequired;
  } catch (error) {
    if (error instanceof DmlError && error.code === "tls_required") return true;
    throw error;
  }
}

async function askToken({ master, tokenFile }: LoginCommand, context: LoginContext): Promise<string> {
  const { stdin, isInteractive, terminal, signal, setRaw } = context;
  if (!isInteractive) return tokenIn(await firstLine(stdin), "standard input");
  const isExpected = tokenFile === undefined ? "" : ", as - says";
  const question = `Token for ${formatAddress(master)} (it is not shown${isExpected}): `;
  const token = (await askSecret(question, { stdin, terminal, signal, setRaw })).trim();
  const fault = formFault(token);
  if (fault === null) return token;
  throw new DmlError("unauthorized", fault, {
    advice: "Copy the whole token, as `dml token show` or `dml token create` printed it.",
  });
}

/** Returns the name of a context for the master at `address`. */
function nameOf({ hostname, port }: { hostname: string; port: number }): string {
  return port === DEFAULT_PORT ? hostname : formatAddress({ hostname, port });
}
