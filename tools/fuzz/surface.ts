import type { Dice } from "./dice.ts";

/** A place where bytes or values from outside come in. */
export interface Surface {
  readonly name: string;
  /** What the cases are, in a few words. */
  readonly what: string;
  /**
   * Number of cases in a row that share one world. A case that fails is repeated with those before
   * it in its world, so few make it easy to find the cause and many make the cases cheap.
   */
  readonly casesPerWorld: number;
  open(): Promise<World>;
}

/** The part of dml that the cases of a surface go to. */
export interface World extends AsyncDisposable {
  /**
   * Makes a case from `dice` and gives it to dml. Returns `accepted`, or the code of the refusal.
   * Throws if dml did neither.
   */
  run(dice: Dice): Promise<string> | string;
}

/** The answer of dml to a case that it took. */
export const ACCEPTED = "accepted";
