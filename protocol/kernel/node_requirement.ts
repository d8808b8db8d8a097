/** One requirement on a node, as an admin states it. */
export type NodeRequirement =
  /** The node holds this model; `version` is `null` for the latest one. */
  | { readonly kind: "model"; readonly name: string; readonly version: number | null }
  /** The node runs this version of dml or a later one. */
  | { readonly kind: "dml"; readonly version: string }
  /** The host has this much memory. */
  | { readonly kind: "memory"; readonly bytes: number }
  /** This much is free on the disk of the node's data directory. */
  | { readonly kind: "disk"; readonly bytes: number };

const MODEL = /^([a-z0-9][a-z0-9._-]{0,62})(?:@([1-9]\d{0,8}))?$/;
const VERSION = /^dml=(\d{1,9}(?:\.\d{1,9}){0,2})$/;
const SIZE = /^(memory|disk)=(\d{1,12})(KiB|MiB|GiB|TiB)?$/i;
const UNITS = ["", "kib", "mib", "gib", "tib"];

/** Forms of a requirement, for error messages. */
export const REQUIREMENT_FORMS = "NAME, NAME@VERSION, dml=0.3, memory=4GiB or disk=20GiB";

/** Returns the requirement that `text` states, or `null` if it has no such form. */
export function parseNodeRequirement(text: string): NodeRequirement | null {
  const [, version] = VERSION.exec(text) ?? [];
  if (version !== undefined) return { kind: "dml", version };
  const [, subject, number, unit = ""] = SIZE.exec(text) ?? [];
  if (subject !== undefined) {
    const bytes = Number(number) * 1024 ** UNITS.indexOf(unit.toLowerCase());
    const kind = subject.toLowerCase() === "memory" ? "memory" : "disk";
    return Number.isSafeInteger(bytes) ? { kind, bytes } : null;
  }
  const model = MODEL.exec(text);
  if (model === null) return null;
  return { kind: "model", name: model[1], version: model[2] === undefined ? null : Number(model[2]) };
}

/**
 * Returns the subject of a requirement. Of the same nodes there is at most one requirement on each
 * subject: a later one replaces it. A model and each of its versions are subjects of their own.
 */
export function requirementSubject(text: string): string {
  return text.split("=", 1)[0].toLowerCase();
}
