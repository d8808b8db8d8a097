import { styled } from "../terminal/render.ts";

const NO_TLS = "It speaks no TLS (--insecure): whoever listens on the network learns tokens, pictures and names.";

const COMPUTES_TOO =
  "This host computes too, so that pictures are answered without another node (--workers 0: it does not).";
const PURE = "This host does not compute (--workers 0): pictures wait for a node.";

/** Facts about a listening master that its operator needs. */
export interface ServeFacts {
  /** `HOST:PORT` at which others reach it. */
  readonly address: string;
  /** Other addresses of its host, each with the virtual interface that has it, or `null`. */
  readonly otherAddresses: readonly { readonly address: string; readonly virtualInterface: string | null }[];
  readonly joinCommand: string;
  readonly predictCommand: string;
  readonly nodesCommand: string;
  /** True if other machines reach it, which then need a token. */
  readonly tokenRequired: boolean;
  /**
   * Path of the file with the tokens that the commands only name; `null` if they contain the tokens
   * or need none.
   */
  readonly hiddenTokensPath: string | null;
  /** False if other hosts reach the master without TLS. */
  readonly isSecure: boolean;
  /** Address of the port without TLS, `HOST:PORT`; `null` if there is none. */
  readonly plainAddress: string | null;
  /** Names of the dialects that are answered. */
  readonly dialects: readonly string[];
  /** True if there is a node in the master's process. */
  readonly computesToo: boolean;
}

/**
 * Formats the text that `dml serve` prints once it listens: its addresses, and the command lines to
 * paste elsewhere. `program` is the command that starts dml here and replaces `dml` in them.
 */
export function serveReport(facts: ServeFacts, options: { program: string; color: boolean }): string {
  const line = (text: string) => `  ${styled(text.replace(/^dml\b/, options.program), "bold", options.color)}`;
  const where = facts.tokenRequired ? "On another host" : "On this machine";
  return [
    `The master listens on ${facts.address}.`,
    `Its page for browsers is at ${pageAddress(facts)}.`,
    facts.computesToo ? COMPUTES_TOO : PURE,
    ...(facts.isSecure ? [] : [NO_TLS]),
    ...(facts.plainAddress === null ? [] : [plainLine(facts.plainAddress)]),
    ...(facts.dialects.length === 0
      ? []
      : [`It answers the clients of ${facts.dialects.join(", ")} too (--dialects).`]),
    "",
    ...otherAddressLines(facts),
    `${where}, to add a node:`,
    "",
    line(facts.joinCommand),
    "",
    "To recognise the persons in a picture, and to list the nodes:",
    "",
    line(facts.predictCommand),
    line(facts.nodesCommand),
    "",
    ...hiddenTokenLines(facts, options.program),
    ...(facts.tokenRequired ? [] : ["Only this machine can reach it; `--host 0.0.0.0` admits other hosts.", ""]),
  ].map((text) => `${text}\n`).join("");
}

/** Returns the address of the page; a master that only its own host reaches speaks no TLS. */
function pageAddress({ address, tokenRequired, isSecure }: ServeFacts): string {
  return `${tokenRequired && isSecure ? "https" : "http"}://${address}/`;
}

function plainLine(address: string): string {
  return `Port ${address} speaks no TLS (--plain): whoever listens there learns its tokens, pictures and names.`;
}

function otherAddressLines({ otherAddresses }: ServeFacts): string[] {
  if (otherAddresses.length === 0) return [];
  const lines = otherAddresses.map(({ address, virtualInterface }) =>
    virtualInterface === null ? `  ${address}` : `  ${address} (${virtualInterface})`
  );
  return ["Other addresses of this host, if that one is not reached:", "", ...lines, ""];
}

function hiddenTokenLines({ hiddenTokensPath }: ServeFacts, program: string): string[] {
  if (hiddenTokensPath === null) return [];
  return [
    "The tokens are not printed here, where a journal or somebody else might keep them.",
    `NODE_TOKEN, USER_TOKEN and ADMIN_TOKEN stand for \`node\`, \`user\` and \`admin\` in ${hiddenTokensPath}.`,
    `\`${program} token show node\` prints the line with its token, under this account or as root.`,
    "",
  ];
}
