import { Interrupts } from '../../harness/cli/interrupts.js';

let exits: number[];
let interrupts: Interrupts;
beforeEach(() => {
  exits = [];
  interrupts = new Interrupts((code) => exits.push(code));
});

test('one that comes early is kept for the command that listens, and told once', () => {
  const told: string[] = [];
  interrupts.raise('user');
  interrupts.listen((by) => told.push(by));
  expect(told).toEqual(['user']);
  interrupts.raise('user');
  expect(told).toEqual(['user', 'user']);
  expect([exits, interrupts.codeAfter(0)]).toEqual([[], 0]);
});

test('a second one does not wait for a command', () => {
  interrupts.raise('user');
  interrupts.raise('user');
  expect(exits).toEqual([130]);
});

test('a command with nothing to tear down is ended, by one from before too', () => {
  interrupts.raise('user');
  interrupts.endAtOnce();
  expect(exits).toEqual([130]);
});

test('after the command nobody has to listen', () => {
  interrupts.listen(() => exits.push(-1))();
  interrupts.raise('reader');
  expect(exits).toEqual([130]);
});

test('one that nobody took decides the exit code', () => {
  expect(interrupts.codeAfter(2)).toBe(2);
  interrupts.raise('user');
  expect(interrupts.codeAfter(2)).toBe(130);
});
