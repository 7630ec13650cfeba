import { existsSync, readlinkSync } from 'node:fs';
import type Docker from 'dockerode';
import { labelsOf } from '../../../../harness/lab/docker/labels.js';
import { isAlive, type Owner, thisProcess } from '../../../../harness/lab/docker/run-identity.js';
import { sweep } from '../../../../harness/lab/docker/sweep.js';

const NOW = 1_000_000_000;
const own = thisProcess();
const dead: Owner = { ...own, pid: 2 ** 22 + 1 }; // beyond the most that Linux numbers
const reborn: Owner = { ...own, began: '1' };
const elsewhere: Owner = { ...own, machine: 'another/boot' };

interface Thing {
  readonly run: string;
  readonly owner: Owner;
  readonly state?: string;
  readonly ageS?: number;
}

/** An engine with one container and one network of each run, that writes down what is removed. */
function engineWith(things: readonly Thing[]) {
  const removed: string[] = [];
  const remover = (kind: string) => (id: string) => ({
    remove: async () => {
      removed.push(`${kind} ${id}`);
    },
  });
  const engine = {
    listContainers: async () =>
      things.map(({ run, owner, state = 'running', ageS = 0 }) => ({
        Id: run,
        Labels: labelsOf(run, owner),
        State: state,
        Created: NOW / 1000 - ageS,
      })),
    listNetworks: async () => things.map(({ run, owner }) => ({ Id: run, Labels: labelsOf(run, owner) })),
    getContainer: remover('container'),
    getNetwork: remover('network'),
  };
  return { engine: engine as unknown as Docker, removed };
}

describe('sweeping', () => {
  it('takes what a process left that is gone, containers first', async () => {
    const { engine, removed } = engineWith([
      { run: 'gone', owner: dead },
      { run: 'number taken since', owner: reborn },
    ]);
    expect(await sweep(engine, NOW)).toEqual({ containers: 2, networks: 2 });
    expect(removed.map((one) => one.split(' ')[0])).toEqual(['container', 'container', 'network', 'network']);
  });

  it('takes from another machine what ended by itself long ago', async () => {
    const { engine, removed } = engineWith([{ run: 'ended', owner: elsewhere, state: 'exited', ageS: 3_600 }]);
    await sweep(engine, NOW);
    expect(removed).toEqual(['container ended', 'network ended']);
  });

  it.each<[string, Thing]>([
    ['of this process', { run: 'own', owner: own }],
    ['of another machine, that runs', { run: 'other', owner: elsewhere, ageS: 3_600 }],
    ['of another machine, that is just being started', { run: 'other', owner: elsewhere, state: 'created', ageS: 5 }],
  ])('leaves what is %s', async (_, thing) => {
    const { engine, removed } = engineWith([thing]);
    expect(await sweep(engine, NOW)).toEqual({ containers: 0, networks: 0 });
    expect(removed).toEqual([]);
  });

  const numbers = '/proc/self/ns/pid';
  const itWithProc = existsSync('/proc/self/ns') ? it : it.skip; // elsewhere processes are counted once

  itWithProc('knows nothing of whom another name space counts, on this very machine', () => {
    expect(own.machine).toContain(readlinkSync(numbers));
    const counted = { ...dead, machine: own.machine.replace(readlinkSync(numbers), 'pid:[1]') };
    expect(isAlive(counted)).toBe(undefined);
  });

  it('knows who lives', () => {
    expect([isAlive(own), isAlive(dead), isAlive(reborn), isAlive(elsewhere)]).toEqual([true, false, false, undefined]);
  });
});
