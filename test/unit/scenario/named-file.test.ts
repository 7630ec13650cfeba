import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScenarios } from '../../../harness/scenario/load';
import { errorOf } from './mistaken';

const UAS = '<scenario>\n  <recv request="INVITE"/>\n</scenario>\n';

describe('files that a scenario names', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
    writeFileSync(join(folder, 'uas.xml'), UAS);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const load = (bob: string): void => {
    writeFileSync(
      join(folder, 's.yaml'),
      `name: s\nservers: { lcs: { domain: lab.example } }\nparticipants:\n  bob: { home: lcs, endpoint: sipp, ${bob} }\n  carol: { home: lcs }\n` +
        'script:\n  - carol: { invite: bob, as: call }\nexpect:\n  call: [{ observed: 486 }]\n',
    );
    loadScenarios(['s.yaml'], folder);
  };
  const messageOf = (bob: string): string => errorOf(() => load(bob)).message;

  it('are taken where they can be read, and fit together', () => {
    writeFileSync(join(folder, 'data.csv'), 'SEQUENTIAL\n');
    expect(() => load('file: uas.xml, inject: data.csv')).not.toThrow();
  });

  it('are no folders, whichever of the two they are', () => {
    expect(messageOf('file: .')).toBe(
      `s.yaml:4:43: . (${folder}) is a directory; a file was expected\n` +
        '   4 |   bob: { home: lcs, endpoint: sipp, file: . }\n     |                                           ^',
    );
    expect(messageOf('file: uas.xml, inject: .')).toMatch(/^s\.yaml:4:60: \. \(.*\) is a directory; a file was expected\n/);
  });

  it('are there', () => {
    expect(messageOf('file: none.xml')).toMatch(/^s\.yaml:4:43: there is no file none\.xml \(.*none\.xml\)\n/);
  });

  it('are regular: a pipe would keep whoever reads it', () => {
    spawnSync('mkfifo', [join(folder, 'pipe')]);
    expect(messageOf('file: uas.xml, inject: pipe')).toMatch(/^s\.yaml:4:60: pipe \(.*\) is not a regular file\n/);
  });

  const [itHasRights, why] = process.getuid?.() === 0 ? [it.skip, ' (skipped: root may read everything)'] : [it, ''];

  itHasRights(`are ours to read${why}`, () => {
    chmodSync(join(folder, 'uas.xml'), 0);
    expect(messageOf('file: uas.xml')).toMatch(/ cannot be read: EACCES\n/);
  });

  it('are told with their own place where their tags do not fit together', () => {
    writeFileSync(join(folder, 'uas.xml'), UAS.replace('/>', '>'));
    expect(messageOf('file: uas.xml')).toMatch(
      /^s\.yaml:4:43: uas\.xml:3:1: <\/scenario> stands where <recv> of line 2 is still open \(.*uas\.xml\)\n {3}4 \| .*\n.*\^{7}$/,
    );
  });
});
