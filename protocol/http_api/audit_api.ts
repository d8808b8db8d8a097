import { type Infer, z } from "../schema.ts";

/** Entries in one page of the audit. */
export const AUDIT_PAGE_MAX = 1_000;

/** One thing that somebody did. */
export const auditEntrySchema = z.object({
  /** Number of the entry, from 1, never used again. */
  entryId: z.number().int().min(1),
  /** Milliseconds since the Unix epoch. */
  atMs: z.number().int(),
  /** Name of the token, or `this machine`. */
  actor: z.string(),
  /** Noun and verb, such as `person.remove`. */
  action: z.string(),
  /** Thing that it was done to, by its name. */
  subject: z.string(),
  detail: z.string().nullable(),
});
export type AuditEntry = Infer<typeof auditEntrySchema>;

/** A page of the audit, oldest entry first. */
export const auditPageSchema = z.object({
  entries: z.array(auditEntrySchema).max(AUDIT_PAGE_MAX),
  /** Number to ask for the entries after; `null` if there are none. */
  next: z.number().int().nullable(),
  /** Number of older entries that were dropped to keep the audit within its limit. */
  dropped: z.number().int().min(0),
});
export type AuditPage = Infer<typeof auditPageSchema>;
