import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The page as it stands in docs, written anew first where UPDATE_DOCS=1 asks for it. */
export function pageOf(name: string, generated: string): string {
  const path = join(__dirname, '..', '..', 'docs', name);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(path, generated);
  return readFileSync(path, 'utf8');
}
