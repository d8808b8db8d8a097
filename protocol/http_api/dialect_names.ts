/** Every dialect: the HTTP interface of another product, which a master can answer too. */
export const DIALECT_NAMES = ["compreface", "deepstack", "immich", "v2"] as const;
export type DialectName = (typeof DIALECT_NAMES)[number];

/** The dialects that a master answers. */
export interface DialectChoice {
  readonly names: readonly DialectName[];
  /** Models in place of the usual ones, by dialect. */
  readonly models: Readonly<Partial<Record<DialectName, string>>>;
}

/** The choice of a master that answers no dialect. */
export const NO_DIALECTS: DialectChoice = { names: [], models: {} };
