import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A page with its blocks that are headed by a file's name replaced by what that file says now.
 * @throws Error if the page has no block of that name, since it would then agree with any file
 */
export function withBlocks(page: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce((text, [name, content]) => {
    const block = new RegExp(`(\`${name.replaceAll('.', '\\.')}\`:\n\n\`\`\`\\w*\n)[\\s\\S]*?(\n\`\`\`)`);
    if (!block.test(text)) throw new Error(`the page shows no ${name}`);
    return text.replace(block, (_, head: string, tail: string) => `${head}${content.trim()}${tail}`);
  }, page);
}

export function readInterop(...path: string[]): string {
  return readFileSync(join(__dirname, '..', 'interop', ...path), 'utf8');
}
