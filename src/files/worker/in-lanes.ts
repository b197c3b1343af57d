/** Maps items with `lanes` of them under way at once; results in the order of the items. Rejects with the first rejection. */
export async function mapInLanes<T, R>(items: readonly T[], lanes: number, map: (item: T, index: number) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const drain = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await map(item, index);
  };
  await Promise.all(Array.from({ length: lanes }, drain));
  return results;
}
