import type { Terminal } from '../report/terminal.js';
import type { Host, HostStream } from './host.js';

const USUAL_COLUMNS = 80;
const FEWEST_COLUMNS = 40;

/** A stream of the process as reports for people see it: colours by NO_COLOR and FORCE_COLOR, letters by the locale. */
export function terminalOf(stream: HostStream, { env, platform }: Host): Terminal {
  const isTerminal = stream.isTTY === true;
  return {
    write: (text) => void stream.write(text),
    columns: Math.max(FEWEST_COLUMNS, stream.columns || Number(env.COLUMNS) || USUAL_COLUMNS),
    isLive: isTerminal && env.TERM !== 'dumb' && !isSet(env.CI),
    // https://no-color.org: present and not empty, whatever it says.
    hasColours: !env.NO_COLOR && (isSet(env.FORCE_COLOR) || (isTerminal && env.TERM !== 'dumb')),
    hasUnicode: hasUnicode(env, platform),
  };
}

/** Whether a variable switches something on. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}

function hasUnicode(env: Host['env'], platform: string): boolean {
  if (platform === 'darwin' || platform === 'win32') return true;
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '') ?? '';
  return /utf-?8/i.test(locale);
}
