import { BusyhereError, errorCode } from '../../../harness/platform/errors.js';

describe('errors', () => {
  it('carry a code, a hint and a cause', () => {
    const cause = new Error('EADDRINUSE');
    const error = new BusyhereError('address-in-use', '127.0.0.1:5060 is taken', 'stop the other program', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'BusyhereError', code: 'address-in-use', message: '127.0.0.1:5060 is taken', cause });
    expect(error.hint).toBe('stop the other program');
    expect(`${error}`).toBe('BusyhereError: 127.0.0.1:5060 is taken');
  });

  it('have no cause of their own where none was given', () => {
    expect('cause' in new BusyhereError('usage', 'unknown flag')).toBe(false);
  });

  it('are known by their code across copies of the module', () => {
    let copy: typeof import('../../../harness/platform/errors.js') | undefined;
    jest.isolateModules(() => {
      copy = require('../../../harness/platform/errors.js');
    });
    if (!copy) throw new Error('no second copy');
    const foreign = new copy.BusyhereError('scenario', 'x');
    expect(foreign).not.toBeInstanceOf(BusyhereError);
    expect(errorCode(foreign)).toBe('scenario');
    expect(copy.errorCode(new BusyhereError('usage', 'x'))).toBe('usage');
  });

  it.each([
    [new Error('x')],
    [Object.assign(new Error('x'), { code: 'ENOENT' })],
    ['usage'],
    [undefined],
    [null],
    [{ name: 'BusyhereError', code: 'usage' }],
  ])('have no code of ours where they are foreign: %p', (foreign) => {
    expect(errorCode(foreign)).toBeUndefined();
  });
});
