import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A page with its blocks that are headed by a file's name replaced by what that file says now. */
export function withBlocks(page: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce(
    (text, [name, content]) =>
      text.replace(
        new RegExp(`(\`${name.replace('.', '\\.')}\`:\n\n\`\`\`\\w*\n)[\\s\\S]*?(\n\`\`\`)`),
        (_, head: string, tail: string) => {
          return `${head}${content.trim()}${tail}`;
        },
      ),
    page,
  );
}

export function readInterop(...path: string[]): string {
  return readFileSync(join(__dirname, '..', 'interop', ...path), 'utf8');
}
