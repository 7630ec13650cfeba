import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Ids of programs of that name that a supervisor of this process runs. Linux. */
export function childrenNamed(name: string): number[] {
  const all = readdirSync('/proc').filter((id) => /^\d+$/.test(id));
  const parents = new Map(all.map((id) => [id, parentOf(id)]));
  return all.filter((id) => nameOf(id) === name && parents.get(parents.get(id) ?? '') === String(process.pid)).map(Number);
}

function parentOf(id: string): string {
  return statusOf(id, 'PPid');
}

function nameOf(id: string): string {
  return statusOf(id, 'Name');
}

function statusOf(id: string, field: string): string {
  try {
    return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(readFileSync(join('/proc', id, 'status'), 'utf8'))?.[1] ?? '';
  } catch {
    return ''; // it is gone
  }
}
