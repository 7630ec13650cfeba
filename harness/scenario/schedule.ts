/**
 * Runs the work of each item, at most `workers` at once, started in order; gives the outcomes in the items' order.
 * @param goOn asked before each start: false leaves the rest undone, undefined in the outcome
 */
export async function schedule<Item, Outcome>(
  items: readonly Item[],
  workers: number,
  work: (item: Item) => Promise<Outcome>,
  goOn: () => boolean,
): Promise<(Outcome | undefined)[]> {
  const outcomes = new Array<Outcome | undefined>(items.length).fill(undefined);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && goOn()) {
      const index = next++;
      outcomes[index] = await work(items[index] as Item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, items.length) }, worker));
  return outcomes;
}
