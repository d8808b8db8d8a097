/** One thing that must not bring the cluster down. */
export interface Trial {
  readonly name: string;
  readonly done: string;
  readonly expected: string;
  /**
   * Does it, and returns what happened, in a few words. Throws if that is not what is expected, and
   * {@linkcode LeftOut} if this host cannot do it.
   */
  run(): Promise<string>;
}

/** The reason why a trial cannot be made on this host. */
export class LeftOut extends Error {
  override name = "LeftOut";
}

/** Throws with `sentence` unless `isTrue`. */
export function expect(isTrue: boolean, sentence: string): asserts isTrue {
  if (!isTrue) throw new Error(sentence);
}
