import { resolve } from 'node:path';
import type { Problem, Problems, ValuePath } from './mistake.js';
import type { ServerEntrance } from './model.js';
import { faultOfFile } from './named-file.js';
import { didYouMean } from './nearest.js';
import { parseEntrance } from './parse-terms.js';

/** What messages call the calls and messages that steps make. */
const ATTEMPT = 'attempt of the script';

/** Whether a problem is that there is no attempt of a name. */
export function isAboutAttempts({ message }: Problem): boolean {
  return message.includes(` is no ${ATTEMPT}`);
}

/** What the parts of a case are built against: the names that exist in it, and where problems go. */
export class CaseContext {
  /** Names of the listeners of each server. */
  readonly listeners = new Map<string, readonly string[]>();
  readonly participants = new Map<string, 'client' | 'gateway'>();
  /** Labels of the attempts of the script, and who makes each. */
  readonly attempts = new Map<string, string>();

  /** @param directory where the files that a scenario names are looked for */
  constructor(
    readonly problems: Problems,
    private readonly directory = '',
  ) {}

  /**
   * The absolute path of a file that the scenario names, and that must be there.
   * @param faultWithin what is wrong with what stands in it, if anything
   */
  file(written: string, path: ValuePath, faultWithin: typeof faultOfFile = () => undefined): string {
    const absolute = resolve(this.directory, written);
    const fault = faultOfFile(absolute, written) ?? faultWithin(absolute, written);
    if (fault !== undefined) this.problems.add(path, fault);
    return absolute;
  }

  /** Tells a name that is none of those known. @returns whether it is known */
  mustExist(name: string, known: Iterable<string>, what: string, path: ValuePath, at: 'key' | 'value' = 'value'): boolean {
    const names = [...known];
    if (names.includes(name)) return true;
    const others = names.length === 0 ? `; there is none` : `; there is ${names.join(', ')}`;
    this.problems.add(path, `"${name}" is no ${what}${didYouMean(name, names) || others}`, at, name);
    return false;
  }

  /** Tells a name that is none of an attempt. @returns whether it is one */
  mustBeAttempt(label: string, path: ValuePath, at: 'key' | 'value' = 'value'): boolean {
    return this.mustExist(label, this.attempts.keys(), ATTEMPT, path, at);
  }

  /** Reads `server` or `server/listener`; without a listener's name the server's first one is meant. */
  entrance(text: string, path: ValuePath): ServerEntrance | undefined {
    const { server, listener } = parseEntrance(text);
    if (!this.mustExist(server, this.listeners.keys(), 'server', path)) return undefined;
    const known = this.listeners.get(server) ?? [];
    if (listener !== null && !this.mustExist(listener, known, `listener of ${server}`, path)) return undefined;
    const chosen = listener ?? known[0];
    return chosen === undefined ? undefined : { server, listener: chosen };
  }

  /** The names of all participants and servers. */
  get hops(): string[] {
    return [...this.participants.keys(), ...this.listeners.keys()];
  }
}
