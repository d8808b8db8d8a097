/** One thing that somebody did, as it is recorded. */
export interface AuditRecord {
  /** Name of the token that did it, or `this machine`; never a secret. */
  readonly actor: string;
  /** Noun and verb, such as `person.remove`. */
  readonly action: string;
  /** Thing that it was done to, by its name. */
  readonly subject: string;
  readonly detail?: string;
}

/** Place where it is recorded who did what. */
export interface Audit {
  /** Records `entry`. Never throws: a failure is logged, because the thing has been done already. */
  record(entry: AuditRecord): void;
}

/** Name of the actor on a master that listens on loopback only and needs no tokens. */
export const THIS_MACHINE = "this machine";

/** Name of the actor if an admin's approval lets in a node whose token is no longer valid. */
export const APPROVAL = "approval";
