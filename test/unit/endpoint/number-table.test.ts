import { NumberTable } from '../../../harness/endpoint/number-table';

describe('a number table', () => {
  const table = new NumberTable({ '+1*': 'answer', '+15550100': 'busy', '+1555*': 'ring', '+1555010*': 603, '*': 404 });

  it.each([
    ['+15550100', 'busy'],
    ['+15550101', 603],
    ['+15559999', 'ring'],
    ['+18005550199', 'answer'],
    ['+44', 404],
    ['', 404],
  ])('takes the most specific pattern for %s', (number, behaviour) => {
    expect(table.behaviourOf(number)).toBe(behaviour);
  });

  it('does not depend on the order in which the patterns are written', () => {
    const turned = new NumberTable({ '*': 404, '+1*': 'answer', '+15550100*': 'ring', '+15550100': 'busy' });
    expect(turned.behaviourOf('+15550100')).toBe('busy');
    expect(turned.behaviourOf('+155501001')).toBe('ring');
  });

  it('knows no number that no pattern covers', () => {
    expect(new NumberTable({ '+15550100': 'busy' }).behaviourOf('+155501')).toBeUndefined();
  });

  it.each([{ '+1*2': 'busy' }, { '**': 'busy' }, { '+1': 200 }, { '+1': 700 }, { '+1': 486.5 }] as const)('refuses %j', (numbers) => {
    expect(() => new NumberTable({ ...numbers })).toThrow(expect.objectContaining({ code: 'configuration' }));
  });
});
