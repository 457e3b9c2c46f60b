/**
 * Works on all items, `concurrency` at a time, and begins no further one once the signal is
 * aborted. Resolves when all work that began has ended.
 */
export async function forEachParallel<Item>(
  items: readonly Item[],
  { concurrency, signal }: { concurrency: number; signal: AbortSignal },
  work: (item: Item, position: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [position, item] of queue) {
      if (signal.aborted) return;
      await work(item, position);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
