import type { CapturedMessage } from './capture-decoder.js';

/** One capture's messages, and what is to be added to its clock. */
export interface MergedInput {
  readonly batches: AsyncIterable<CapturedMessage[]>;
  /** ms */
  readonly clockOffset: number;
}

interface Head {
  readonly batches: AsyncIterator<CapturedMessage[]>;
  readonly input: number;
  readonly clockOffset: number;
  batch: CapturedMessage[];
  at: number;
}

/** The messages of several captures in order of time, with the number of the capture that each is from. */
export async function* mergeCaptures(
  inputs: readonly MergedInput[],
): AsyncGenerator<{ input: number; time: number; message: CapturedMessage }[]> {
  const heads: Head[] = [];
  for (const [input, { batches, clockOffset }] of inputs.entries()) {
    const head: Head = { batches: batches[Symbol.asyncIterator](), input, clockOffset, batch: [], at: 0 };
    if (await refill(head)) heads.push(head);
  }
  while (heads.length > 0) {
    const merged: { input: number; time: number; message: CapturedMessage }[] = [];
    for (let head = earliest(heads); head; head = earliest(heads)) {
      const message = head.batch[head.at++] as CapturedMessage;
      merged.push({ input: head.input, time: message.time + head.clockOffset, message });
      if (head.at >= head.batch.length) break;
    }
    yield merged;
    for (const head of [...heads]) if (head.at >= head.batch.length && !(await refill(head))) heads.splice(heads.indexOf(head), 1);
  }
}

async function refill(head: Head): Promise<boolean> {
  const next = await head.batches.next();
  head.batch = next.done ? [] : next.value;
  head.at = 0;
  return !next.done;
}

function earliest(heads: readonly Head[]): Head | undefined {
  let found: Head | undefined;
  let foundAt = Number.POSITIVE_INFINITY;
  for (const head of heads) {
    const time = (head.batch[head.at]?.time ?? Number.POSITIVE_INFINITY) + head.clockOffset;
    if (found && time >= foundAt) continue;
    found = head;
    foundAt = time;
  }
  return found;
}
