import { spawnSync } from 'node:child_process';
import { processPresence } from '../../../../harness/endpoint/program/process-presence';

afterEach(() => {
  jest.restoreAllMocks();
});

test('a process of this user’s is there, and one that has ended is not', () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  expect([processPresence(process.pid), processPresence(pid)]).toEqual(['own', 'none']);
});

test('one that belongs to somebody else is there: what is its is not ours to remove', () => {
  const kill = jest.spyOn(process, 'kill').mockImplementation(() => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  });
  expect(processPresence(4711)).toBe('others');
  expect(kill).toHaveBeenCalledWith(4711, 0); // 0: asks, and harms nobody
});
