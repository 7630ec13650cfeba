import { unlessAborted } from '../../../harness/lab/unless-aborted';

describe('work that is wanted until a signal', () => {
  const never = new Promise<never>(() => {});

  it('is what it is without one', async () => {
    await expect(unlessAborted(Promise.resolve(1), undefined)).resolves.toBe(1);
  });

  it('is waited for as long as nobody aborts, and is heard of no more then', async () => {
    const end = new AbortController();
    const removed = jest.spyOn(end.signal, 'removeEventListener');
    await expect(unlessAborted(Promise.resolve(1), end.signal)).resolves.toBe(1);
    await expect(unlessAborted(Promise.reject(new Error('no')), end.signal)).rejects.toThrow('no');
    expect(removed).toHaveBeenCalledTimes(2);
  });

  it('is waited for no longer, with the reason', async () => {
    const end = new AbortController();
    const waited = unlessAborted(never, end.signal);
    end.abort(new Error('enough'));
    await expect(waited).rejects.toThrow('enough');
    await expect(unlessAborted(never, end.signal)).rejects.toThrow('enough');
  });

  it('leaves no rejection unheard that comes later', async () => {
    const end = new AbortController();
    end.abort(new Error('enough'));
    await expect(unlessAborted(Promise.reject(new Error('late')), end.signal)).rejects.toThrow('enough');
    await new Promise(setImmediate);
  });
});
