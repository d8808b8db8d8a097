/**
 * Returns the number of edits between two words: insert, delete, replace, or swap two neighbours
 * (optimal string alignment, the restricted Damerau-Levenshtein distance; Boytsov, "Indexing
 * methods for approximate dictionary searching", 2011).
 */
export function editDistance(one: string, other: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = one[row - 1] === other[column - 1] ? 0 : 1;
      current[column] = Math.min(
        previous[column] + 1,
        current[column - 1] + 1,
        previous[column - 1] + replaced,
      );
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] &&
        one[row - 2] === other[column - 1];
      if (swapped) current[column] = Math.min(current[column], beforePrevious[column - 2] + 1);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[other.length];
}

/**
 * Returns the candidate that `word` most likely means, or `null` if none is similar. A candidate is
 * similar if at most a third of the word must be edited, or if it begins with the word.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  if (best !== null && bestDistance <= Math.max(1, Math.floor(wanted.length / 3))) return best;
  if (wanted.length < 2) return null;
  return candidates.find((candidate) => candidate.toLowerCase().startsWith(wanted)) ?? null;
}
