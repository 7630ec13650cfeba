/** What comes of the work, or a rejection with the signal's reason, whichever is first. */
export function unlessAborted<Outcome>(work: Promise<Outcome>, signal: AbortSignal | undefined): Promise<Outcome> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason);
    const settle = (outcome: () => void): void => {
      signal.removeEventListener('abort', aborted);
      outcome();
    };
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
    work.then(
      (outcome) => settle(() => resolve(outcome)),
      (error) => settle(() => reject(error)),
    );
  });
}
