/**
 * The results of `work` on each item, in the order of the items, at most `concurrency` at once. A slow item holds back
 * what is yielded, never what is worked on. When the reader leaves, nothing new is begun and what runs is awaited.
 */
export async function* mapInOrder<Item, Result>(
  items: readonly Item[],
  { concurrency, work }: {
    concurrency: number;
    work: (item: Item, index: number) => Promise<Result>;
  },
): AsyncGenerator<Result> {
  const results = items.map(() => Promise.withResolvers<Result>());
  // A failure is heard where its result is awaited; until then it must not count as unheard.
  for (const { promise } of results) promise.catch(() => undefined);
  let next = 0;
  async function pull(): Promise<void> {
    while (next < items.length) {
      const index = next++;
      await work(items[index], index).then(results[index].resolve, results[index].reject);
    }
  }
  const pulls = Array.from({ length: Math.min(concurrency, items.length) }, pull);
  try {
    for (const { promise } of results) yield await promise;
  } finally {
    next = items.length;
    await Promise.all(pulls);
  }
}
