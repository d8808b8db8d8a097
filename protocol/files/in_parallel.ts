/**
 * Runs `work` on each item, with at most `concurrency` running at once, and returns the results in
 * the order of the items. After the first failure no further item is begun; it is thrown once the
 * running ones have ended.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  { concurrency, work }: { concurrency: number; work: (item: Item, index: number) => Promise<Result> },
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  async function pull(): Promise<void> {
    while (next < items.length) {
      const index = next++;
      try {
        results[index] = await work(items[index], index);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  }
  const pulls = Array.from({ length: Math.min(concurrency, items.length) }, pull);
  const failed = (await Promise.allSettled(pulls)).find((pull) => pull.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return results;
}
