import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PackageFiles, packageRoot } from '../../../../harness/lab/docker/package-files.js';

/** An installed package: two of what it needs share a third, of which one has a version of its own. */
function install(folder: string): string {
  const root = join(folder, 'node_modules', 'busyhere');
  const put = (path: string, content: string | object): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const own = 'node_modules/busyhere';
  put(`${own}/package.json`, { name: 'busyhere', version: '1.2.3' });
  put(`${own}/Dockerfile`, 'FROM x AS packed\n');
  put(`${own}/dist/cjs/lab/entry.js`, 'main();');
  put(`${own}/dist/cjs/lab/entry.d.ts`, 'export {};');
  put('node_modules/zod/package.json', { name: 'zod', version: '4.0.0' });
  put('node_modules/zod/index.js', 'zod');
  put('node_modules/sdp-transform/package.json', { name: 'sdp-transform', version: '3.0.0', dependencies: { debug: '1' } });
  put('node_modules/sdp-transform/node_modules/debug/package.json', { name: 'debug', version: '1.0.0' });
  put('node_modules/drachtio-srf/package.json', { name: 'drachtio-srf', version: '5.0.0', dependencies: { debug: '2', missing: '1' } });
  put('node_modules/debug/package.json', { name: 'debug', version: '2.0.0' });
  put('node_modules/dockerode/package.json', { name: 'dockerode', version: '5.0.0' });
  return root;
}

describe('the files of an installed package', () => {
  let folder: string;
  let root: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'package-files-'));
    root = install(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('go into the image with what containers need of what they depend on, every version in its place', () => {
    const context = join(folder, 'context');
    new PackageFiles(root).copyTo(context);
    const versionAt = (path: string): string =>
      (JSON.parse(readFileSync(join(context, 'app', path, 'package.json'), 'utf8')) as { version: string }).version;
    expect(readFileSync(join(context, 'app/dist/cjs/lab/entry.js'), 'utf8')).toBe('main();');
    expect(existsSync(join(context, 'app/dist/cjs/lab/entry.d.ts'))).toBe(false);
    expect(versionAt('node_modules/zod')).toBe('4.0.0');
    const nested = ['node_modules/debug', 'node_modules/drachtio-srf/node_modules/debug', 'node_modules/sdp-transform/node_modules/debug'];
    const versions = nested.filter((path) => existsSync(join(context, 'app', path))).map(versionAt);
    expect(versions.sort()).toEqual(['1.0.0', '2.0.0']);
    expect(existsSync(join(context, 'app/node_modules/dockerode'))).toBe(false);
  });

  it.each([
    ['own code', 'node_modules/busyhere/dist/cjs/lab/entry.js', 'other();'],
    ['the Dockerfile', 'node_modules/busyhere/Dockerfile', 'FROM y AS packed\n'],
    ['a version', 'node_modules/debug/package.json', '{"name":"debug","version":"2.0.1"}'],
  ])('have another name with another content: %s', (_, path, content) => {
    const before = new PackageFiles(root).hash;
    expect(new PackageFiles(root).hash).toBe(before);
    writeFileSync(join(folder, path), content);
    expect(new PackageFiles(root).hash).not.toBe(before);
  });

  it.each([
    ['dist/cjs/lab/entry.js', 'is not built'],
    ['Dockerfile', 'has no Dockerfile'],
    ['package.json', 'holds no package'],
  ])('are missed where %s is not there', (path, why) => {
    rmSync(join(root, path));
    expect(() => new PackageFiles(root)).toThrow(expect.objectContaining({ code: 'environment', message: expect.stringContaining(why) }));
  });

  it('are found by who has the package installed, and by nobody else', () => {
    expect(packageRoot(folder)).toBe(root);
    expect(packageRoot(join(root, 'dist'))).toBe(root);
    expect(() => packageRoot(tmpdir())).toThrow('busyhere is not installed');
  });
});
