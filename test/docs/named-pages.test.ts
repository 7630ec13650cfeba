import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { readSources } from '../architecture/source';

const ROOT = join(__dirname, '..', '..');

interface Mention {
  readonly by: string;
  /** From the root of the project. */
  readonly page: string;
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** `docs/x.md` in any text, which is meant from the root: in flags, help, comments, scenarios, prose. */
function mentions(by: string, text: string): Mention[] {
  return [...text.matchAll(/(?<![\w/.-])docs\/[\w./-]+\.md\b/g)].map(([page]) => ({ by, page }));
}

/** Links of a page to files of the project, which are meant from where the page lies. */
function links(by: string, text: string): Mention[] {
  return [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .filter(([, target = '']) => !/^[a-z]+:/.test(target))
    .map(([, target = '']) => ({ by, page: posix.normalize(posix.join(dirname(by), target)) }));
}

const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter(
  (page) => page.endsWith('.md'),
);
const scenarios = readdirSync(join(ROOT, 'scenarios'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

test('every page that is named exists', () => {
  const sources = [...readSources('harness'), ...readSources('test')].filter(({ path }) => path !== 'test/docs/named-pages.test.ts');
  const found = [
    ...sources.flatMap(({ path, text }) => mentions(path, text)),
    ...[...scenarios, '.ci/run', 'package.json'].flatMap((path) => mentions(path, read(path))),
    ...pages.flatMap((page) => [...links(page, read(page)), ...mentions(page, read(page))]),
  ];
  expect(found.length).toBeGreaterThan(5);
  expect(found.filter(({ page }) => !existsSync(join(ROOT, page)))).toEqual([]);
});

test('a page that is missing would be found', () => {
  expect(mentions('a.ts', 'see docs/none.md, not ../docs/other.md')).toEqual([{ by: 'a.ts', page: 'docs/none.md' }]);
  expect(links('docs/a.md', '[b](b.md#part) [c](https://c.example/d.md)')).toEqual([{ by: 'docs/a.md', page: 'docs/b.md' }]);
});
