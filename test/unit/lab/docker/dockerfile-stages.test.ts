import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stagesFor } from '../../../../harness/lab/docker/dockerfile-stages.js';

const DOCKERFILE = readFileSync(join(__dirname, '..', '..', '..', '..', 'Dockerfile'), 'utf8');

const namesIn = (dockerfile: string): string[] => [...dockerfile.matchAll(/^FROM .* AS (\S+)/gm)].map(([, name]) => name ?? '');

describe('the part of the Dockerfile that a target needs', () => {
  it.each([
    ['packed', ['node', 'runtime', 'packed']],
    ['capture', ['capture']],
    ['lab', ['node', 'runtime', 'build', 'lab']],
  ])('is, for %s, that and nothing else', (target, needed) => {
    expect(namesIn(stagesFor(DOCKERFILE, target))).toEqual(needed);
  });

  it('follows what is copied from other stages, and knows images from stages', () => {
    const dockerfile =
      'FROM one AS a\nFROM two AS b\nCOPY --from=a /x /x\nFROM three AS c\nFROM b AS d\nRUN y\nCOPY --from=registry/image /z /z\n';
    expect(stagesFor(dockerfile, 'd')).toBe(dockerfile.replace('FROM three AS c\n', '').replaceAll(/\n(?=FROM)/g, '\n\n'));
  });

  it('is none where there is no such target', () => {
    expect(() => stagesFor(DOCKERFILE, 'nowhere')).toThrow('no target nowhere');
  });

  it('is told to nobody but the engine: the file asks no registry for its own language', () => {
    expect(DOCKERFILE).not.toMatch(/^#\s*syntax\s*=/m);
    const bases = [...DOCKERFILE.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases.filter((base) => base?.includes(':'))).toEqual(expect.arrayContaining(['node:24-bookworm-slim', 'debian:bookworm-slim']));
  });

  it.each(['packed', 'lab', 'capture'])('runs %s without root', (target) => {
    const last = stagesFor(DOCKERFILE, target)
      .match(/^USER (\S+)$/gm)
      ?.at(-1);
    expect(last).toBe('USER busyhere');
  });
});
