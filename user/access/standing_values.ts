import { parseAddress } from "../../protocol/http_api/address.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import type { FlagName } from "../cli/flags.ts";
import {
  type Context,
  contextFor,
  contextNamed,
  type Contexts,
  currentOf,
  NO_CONTEXT,
  NO_CONTEXTS,
} from "./contexts.ts";
import type { OwnMaster } from "./own_master.ts";

/** Sources of a master and a token. */
export interface StoredAccess {
  /** Reads the contexts. */
  contexts(): Contexts;
  /** Looks for a master on this host, in the data directory `home` if it is named. */
  ownMaster(home: string | null): OwnMaster | null;
}

/** Values for flags, from a context or from the data directory of a master on this host. */
export interface StandingValues {
  readonly texts: ReadonlyMap<FlagName, string>;
  /** Name of the source in messages, such as `the context home`. */
  readonly what: string;
  readonly context?: string;
  readonly ca?: string;
  readonly printedAddress?: string;
}

export const NOTHING_STORED: StoredAccess = { contexts: () => NO_CONTEXTS, ownMaster: () => null };
export const NO_STANDING_VALUES: StandingValues = { texts: new Map(), what: "" };

/** Verbs that use a context. */
const CONTEXT_VERBS: readonly string[] = [
  "predict",
  "nodes",
  "explain",
  "status",
  "models",
  "upgrade",
  "doctor",
  "people",
  "token",
  "audit",
  "logs",
  "exec",
  "cp",
  "ls",
  "rm",
  "backup",
  "ca",
];
/** Verbs that find a master on this host by its data directory. */
const OWN_MASTER_VERBS: readonly string[] = ["token", "audit", "exec", "cp", "ls", "rm", "backup", "ca", "status"];

/** Returns true if `verb` takes its master and token from a context. */
export function usesContext(verb: string): boolean {
  return CONTEXT_VERBS.includes(verb);
}

/** Returns true if `verb` finds a master on this host by its data directory. */
export function findsOwnMaster(verb: string): boolean {
  return OWN_MASTER_VERBS.includes(verb);
}

/** A command line as far as it decides on the master. */
export interface AccessLine {
  readonly verb: string;
  /** Returns the text of a flag on the line or in the environment; `null` if there is none. */
  readonly text: (name: FlagName) => string | null;
  /** True if the data directory is named on the line itself. */
  readonly namesHome: boolean;
}

/**
 * Returns the values for `line` from the sources, the context first. A token belongs to the master
 * that it was kept with: a context for another master than the named one gives nothing. Throws
 * `context_unknown`.
 */
export function standingValues(line: AccessLine, stored: StoredAccess): StandingValues {
  const { verb, text, namesHome } = line;
  if (!usesContext(verb)) return NO_STANDING_VALUES;
  const findsOwn = findsOwnMaster(verb) && text("master") === null;
  const own = findsOwn && namesHome ? stored.ownMaster(text("home")) : null;
  if (own !== null) return ofOwnMaster(own);
  const context = chosenContext(line, stored);
  if (context !== null) return ofContext(context);
  const found = findsOwn ? stored.ownMaster(text("home")) : null;
  return found === null ? NO_STANDING_VALUES : ofOwnMaster(found);
}

function chosenContext({ text }: AccessLine, stored: StoredAccess): Context | null {
  const [named, master] = [text("context"), text("master")];
  if (named === NO_CONTEXT) return null;
  // Nothing is left for a context to say.
  if (named === null && master !== null && (text("token") ?? text("token-file")) !== null) return null;
  const address = master === null ? null : addressIn(master);
  if (master !== null && address === null) return null;
  const contexts = stored.contexts();
  if (named === null) return address === null ? currentOf(contexts) : contextFor(contexts, address);
  const context = contextNamed(contexts, named);
  return address === null || contextFor({ current: null, contexts: [context] }, address) !== null ? context : null;
}

function addressIn(text: string): Address | null {
  try {
    return parseAddress(text, { what: "--master" });
  } catch {
    return null; // The parser of the line says what is wrong with it.
  }
}

function ofContext({ name, master, token, ca, gallery }: Context): StandingValues {
  const texts = new Map<FlagName, string>([["master", master]]);
  if (token !== null) texts.set("token", token);
  if (gallery !== null) texts.set("gallery", gallery);
  return { texts, what: `the context ${name}`, context: name, ...(ca === null ? {} : { ca }) };
}

function ofOwnMaster({ here, elsewhere, adminToken }: OwnMaster): StandingValues {
  const texts = new Map<FlagName, string>([["master", here]]);
  if (adminToken !== null) texts.set("token", adminToken);
  return { texts, what: "the master's data directory", ...(here === elsewhere ? {} : { printedAddress: elsewhere }) };
}
