import { formatAddress, parseAddress } from "../../protocol/http_api/address.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { nearest } from "../../protocol/kernel/suggest.ts";
import type { Address } from "../../protocol/ports/transport.ts";

/** The word for no context, in place of a name. */
export const NO_CONTEXT = "none";

/** A master that a person is logged in to. */
export interface Context {
  readonly name: string;
  /** Address of the master, `HOST:PORT`. */
  readonly master: string;
  /** `null` for a master that needs none. */
  readonly token: string | null;
  /** Certificate of the authority by which the master is recognised (PEM); `null` without TLS. */
  readonly ca: string | null;
  /** Role and gallery of the token, as the master told them at the login. */
  readonly role: string;
  readonly gallery: string | null;
}

/** All contexts of a person. */
export interface Contexts {
  /** Name of the one that is used; `null` for none. */
  readonly current: string | null;
  readonly contexts: readonly Context[];
}

export const NO_CONTEXTS: Contexts = { current: null, contexts: [] };

/** Returns the context called `name`. Throws `context_unknown`, with the most similar name. */
export function contextNamed({ contexts }: Contexts, name: string): Context {
  const found = contexts.find((context) => context.name === name);
  if (found !== undefined) return found;
  const match = nearest(name, contexts.map((context) => context.name));
  const advice = match ? { advice: `Did you mean ${match}?` } : {};
  throw new DmlError("context_unknown", `There is no context ${JSON.stringify(name)}.`, advice);
}

/** Returns the context that is used; `null` if there is none. */
export function currentOf({ current, contexts }: Contexts): Context | null {
  return contexts.find(({ name }) => name === current) ?? null;
}

/** Returns a context for the master at `address`, the current one first; `null` if there is none. */
export function contextFor(contexts: Contexts, address: Address): Context | null {
  const current = currentOf(contexts);
  const all = current === null ? contexts.contexts : [current, ...contexts.contexts];
  return all.find(({ master }) => master === formatAddress(address)) ?? null;
}

/** Returns `contexts` with `added` in place of one of the same name, and in use. */
export function withContext({ contexts }: Contexts, added: Context): Contexts {
  return { current: added.name, contexts: [...contexts.filter(({ name }) => name !== added.name), added] };
}

/** Returns `contexts` without the one called `name`. Throws `context_unknown`. */
export function withoutContext(contexts: Contexts, name: string): Contexts {
  contextNamed(contexts, name);
  return {
    current: contexts.current === name ? null : contexts.current,
    contexts: contexts.contexts.filter((context) => context.name !== name),
  };
}

/** Returns the contexts in a parsed file; `null` if it holds something else. */
export function contextsIn(value: unknown): Contexts | null {
  if (typeof value !== "object" || value === null || !("current" in value && "contexts" in value)) return null;
  const { current, contexts } = value;
  if ((current !== null && typeof current !== "string") || !Array.isArray(contexts)) return null;
  const known = contexts.filter(isContext);
  return known.length === contexts.length ? { current, contexts: known } : null;
}

// Written by hand since it is read at every start, for which loading a library would take too long.
function isContext(value: unknown): value is Context {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map(Object.entries(value));
  const isText = (name: string) => typeof fields.get(name) === "string";
  const isTextOrNull = (name: string) => fields.get(name) === null || isText(name);
  return isText("name") && isText("master") && isText("role") && isAddress(fields.get("master")) &&
    isTextOrNull("token") && isTextOrNull("ca") && isTextOrNull("gallery");
}

function isAddress(text: unknown): boolean {
  try {
    return formatAddress(parseAddress(String(text), { what: "The master" })) === text;
  } catch {
    return false; // The caller says which file is wrong.
  }
}
