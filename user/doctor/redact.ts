import { redacted } from "../../protocol/kernel/logs/redaction.ts";

const PEM = /-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g;
const IPV4 = /\b\d{1,3}(\.\d{1,3}){3}\b/g;
/** Two colons, or three groups and more with colons between them, as in IPv6; a time of day has two. */
const IPV6 = /(?<![\w:.])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?:%\w+)?|(?<![\w:])[0-9a-f]{0,4}::[0-9a-f:]*/gi;
const ANY_HOME = /(\/home\/|\/Users\/|\\Users\\)[^/\\\s"']+/g;
/** Addresses of this machine, which tell nothing. */
const LOOPBACK: readonly string[] = ["127.0.0.1", "0.0.0.0", "::1", "::"];

/** A text that must not leave this host, and the word that stands for it. */
export interface Secret {
  readonly text: string;
  readonly word: string;
}

/**
 * Returns `text` without tokens, keys, addresses, names of accounts and the given secrets, so that a
 * stranger may read it.
 */
export function redact(text: string, { secrets }: { secrets: readonly Secret[] }): string {
  const longestFirst = secrets.filter(({ text }) => text !== "").toSorted((a, b) => b.text.length - a.text.length);
  const bare = longestFirst.reduce((rest, { text, word }) => rest.replaceAll(text, word), redacted(text));
  const hide = (address: string) => LOOPBACK.includes(address) ? address : "[address]";
  return bare.replace(PEM, "[key or certificate]").replace(IPV4, hide).replace(IPV6, hide)
    .replace(ANY_HOME, "$1[account]");
}
