/** The conditions of a row of pixels, from the best to the worst. */
export const ROW_STATE = {
  sound: 0,
  /** Bytes were left over behind the row's coded data, which therefore may be other than it was. */
  doubtful: 1,
  /** Some of the coded data is wrong. */
  broken: 2,
  /** Some of the coded data is missing. */
  missing: 3,
} as const;

export type RowState = (typeof ROW_STATE)[keyof typeof ROW_STATE];

/** The conditions of all rows of a picture. */
export class RowStates {
  readonly #states: Uint8Array;

  constructor(height: number) {
    this.#states = new Uint8Array(height);
  }

  get height(): number {
    return this.#states.length;
  }

  /** Lowers the rows from `start` up to `end` to `state`; leaves those that are worse. */
  lower(state: RowState, start: number, end: number): void {
    const rows = this.#states.subarray(start, end);
    rows.forEach((present, at) => rows[at] = Math.max(present, state));
  }

  /** Returns the number of rows in any of `states`. */
  count(...states: readonly RowState[]): number {
    return this.#states.reduce((sum, present) => sum + (states.some((state) => state === present) ? 1 : 0), 0);
  }
}
