/**
 * Yields the results of `work` on each item, in the order of the items, with at most `concurrency`
 * running at once. A slow item delays the results after it, but not their work. If the consumer
 * stops early, no further item is begun, and running ones are awaited.
 */
export async function* mapInOrder<Item, Result>(
  items: readonly Item[],
  { concurrency, work }: {
    concurrency: number;
    work: (item: Item, index: number) => Promise<Result>;
  },
): AsyncGenerator<Result> {
  const results = items.map(() => Promise.withResolvers<Result>());
  // A rejection is handled where its result is awaited; until then it must not count as unhandled.
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
