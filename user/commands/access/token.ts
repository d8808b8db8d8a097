import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import { formatAddress } from "../../../protocol/http_api/address.ts";
import type { Role } from "../../../protocol/security/roles.ts";
import type { CreateTokenCommand, TokenCommand } from "../../cli/access/access_command.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import type { AccessClient } from "../../client/access_client.ts";
import { DEFAULT_MASTER } from "../../client/default_master.ts";
import { expiryText, renderTokens } from "../../reports/token_table.ts";
import { printable } from "../../terminal/render.ts";
import type { Terminal } from "../../terminal/terminal.ts";

/** Ports and settings of `dml token`. */
export interface TokenContext {
  readonly access: AccessClient;
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/** Makes, lists, revokes, replaces or shows tokens. Returns the exit code. */
export async function runToken(command: TokenCommand, context: TokenContext): Promise<number> {
  const { access, terminal, clock } = context;
  switch (command.subVerb) {
    case "create":
      await create(command, context);
      break;
    case "list": {
      const tokens = await access.tokens();
      const { outColumns: columnsMax, outColor: color } = terminal;
      if (command.json) { for (const token of tokens) terminal.out(jsonLine(token)); }
      else if (tokens.length === 0) terminal.out("There are no tokens; `dml token create` makes one.\n");
      else terminal.out(renderTokens(tokens, { nowMs: clock.wallMs(), columnsMax, color }));
      break;
    }
    case "revoke": {
      const revoked = await access.revoke(command.revoked);
      if (command.json) terminal.out(jsonLine(revoked));
      else terminal.out(`${printable(revoked.name)} is revoked: no request is accepted with it from now on.\n`);
      break;
    }
    case "show":
    case "rotate": {
      const { role, subVerb } = command;
      const token = subVerb === "show" ? await access.show(role) : await access.rotate(role);
      print({ command, role, token }, terminal);
      if (subVerb === "rotate" && token !== null) terminal.error(rotatedText(role, command.context));
    }
  }
  return EXIT_OK;
}

async function create(command: CreateTokenCommand, { access, terminal, clock }: TokenContext): Promise<void> {
  const { role, name, ttlMs, uses, gallery, plain } = command;
  const { token, listing } = await access.create({
    role,
    ...(name === null ? {} : { name }),
    ...(ttlMs === null ? {} : { ttlMs }),
    ...(uses === null ? {} : { uses }),
    ...(gallery === null ? {} : { gallery }),
    ...(plain ? { plain } : {}),
  });
  print({ command, role, token, listing, plain }, terminal);
  const until = listing.expiresAtMs === null ? "does not expire" : `expires ${expiryText(listing, clock.wallMs())}`;
  terminal.error(
    `The token ${printable(listing.name)} ${until}. It is shown this once; \`dml token revoke\` ends it.\n`,
  );
}

interface Printed {
  readonly command: TokenCommand;
  readonly role: Role;
  /** `null` for a master that needs none. */
  readonly token: string | null;
  readonly listing?: object;
  /** True for a token that is valid on the port without TLS alone. */
  readonly plain?: boolean;
}

/** Prints the line to paste elsewhere. */
function print({ command, role, token, listing = {}, plain = false }: Printed, terminal: Terminal): void {
  const address = command.printedAddress ?? formatAddress(command.master ?? DEFAULT_MASTER);
  const line = plain ? headerOf(token ?? "") : lineOf(role, { address, token });
  terminal.out(command.json ? jsonLine({ token, line, ...listing }) : `${line}\n`);
  if (token === null) terminal.error("This master listens for its own machine only, and needs no token.\n");
}

/** Returns the line that uses a token of `role`. */
function lineOf(role: Role, { address, token }: { address: string; token: string | null }): string {
  const withToken = token === null ? "" : ` --token ${token}`;
  if (role === "node") return `dml join ${address}${withToken}`;
  if (role === "metrics" && token !== null) return headerOf(token);
  return `dml login ${address}${withToken}`;
}

function headerOf(token: string): string {
  return `Authorization: Bearer ${token}`;
}

function rotatedText(role: Role, context: string | undefined): string {
  const stale = role === "admin" && context !== undefined
    ? ` The context ${context} may have it: paste the line above.`
    : "";
  return `The old token of the role ${role} is refused from now on.${stale}\n`;
}
