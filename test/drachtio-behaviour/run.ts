import { types } from 'node:util';
import type { StartOptions } from '../../harness/drachtio/index.js';
import { type Behaviour, type Outcome, Skipped, type Status } from './behaviour.js';
import { differenceOf } from './differences.js';
import { Unmet, within } from './expectation.js';
import { type OutboundTarget, RFC_T1, type Target } from './target.js';
import { type StartTarget, World } from './world.js';

/** T1 of the servers that slow behaviours get where the suite starts them, in ms. */
const SCALED_T1 = 20;
/** Slow behaviours under way at a time; each has its own server and spends its time waiting. */
const SLOW_AT_ONCE = 8;
/** No behaviour takes longer than this without the deadlines of its own steps. */
const LIMIT = 30_000; // ms
const SLOW_LIMIT = 400 * RFC_T1; // beyond Timer C

type StartOwn = (options: StartOptions, t1?: number) => Promise<Target>;

export interface SuiteOptions {
  readonly behaviours: readonly Behaviour[];
  /** The server that is looked at, with the RFC's timers. */
  readonly target: Target;
  readonly outbound?: OutboundTarget | undefined;
  /** Makes servers of the suite's own; left out for a real server. */
  readonly start?: StartOwn;
  /** Whether to wait for a real server's timers. */
  readonly slow?: boolean;
  readonly finished?: (outcome: Outcome) => void;
}

/** Looks for every behaviour, one after another; the slow ones at the end, some at a time. In the order of the table. */
export async function runSuite(options: SuiteOptions): Promise<Outcome[]> {
  const outcomes = new Map<Behaviour, Outcome>();
  const look = async (behaviour: Behaviour): Promise<void> => {
    const outcome = await lookFor(behaviour, options);
    outcomes.set(behaviour, outcome);
    options.finished?.(outcome);
  };
  for (const behaviour of options.behaviours) if (!behaviour.slow) await look(behaviour);
  const slow = options.behaviours.filter((behaviour) => behaviour.slow);
  const work = async (): Promise<void> => {
    for (let next = slow.shift(); next; next = slow.shift()) await look(next);
  };
  await Promise.all(Array.from({ length: options.start ? SLOW_AT_ONCE : 1 }, work));
  return options.behaviours.flatMap((behaviour) => outcomes.get(behaviour) ?? []);
}

async function lookFor(behaviour: Behaviour, options: SuiteOptions): Promise<Outcome> {
  const began = performance.now();
  const { id, title, source, basis } = behaviour;
  const { status, reason } = await judge(behaviour, options);
  return { id, title, source, basis, status, reason, ms: Math.round(performance.now() - began) };
}

interface Verdict {
  readonly status: Status;
  readonly reason: string | null;
}

async function judge(behaviour: Behaviour, options: SuiteOptions): Promise<Verdict> {
  const { target, start, slow } = options;
  if (behaviour.slow && !start && !slow) return { status: 'skipped', reason: "waits for the RFC's timers; --slow looks for it" };
  if (behaviour.strict && !start) return { status: 'skipped', reason: "is about the embedded server's option strict" };
  const difference = differenceOf(behaviour.id, target.kind);
  const verdict = await attempt(difference?.run ?? behaviour.run, behaviour, options);
  if (!difference) return target.kind === 'real' ? judgeOfReal(behaviour, verdict) : verdict;
  if (verdict.status === 'skipped') return verdict;
  if (difference.run) return verdict.status === 'passed' ? { status: 'differs', reason: difference.why } : verdict;
  return verdict.status === 'failed' ? { status: 'differs', reason: `${difference.why} (${verdict.reason})` } : verdict;
}

/** What this project alone asks for is no fault of a server that was there before. */
function judgeOfReal({ basis }: Behaviour, verdict: Verdict): Verdict {
  if (basis !== 'own' || verdict.status !== 'failed') return verdict;
  return { status: 'differs', reason: `not known of drachtio-server, but asked by this project of any server: ${verdict.reason}` };
}

async function attempt(run: Behaviour['run'], behaviour: Behaviour, { target, start, outbound }: SuiteOptions): Promise<Verdict> {
  const own = start && (await ownServerFor(behaviour, start));
  const world = new World(own ?? target, start as StartTarget, outbound);
  const faults: string[] = [];
  let verdict: Verdict | undefined;
  // What a server in this process throws where nobody catches it is its fault, and no reason to say nothing of the rest.
  const uncaught = (error: unknown): void => void faults.push(`uncaught ${describe(error)}`);
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', uncaught);
  try {
    await within(run(world), 'end of the behaviour', behaviour.slow ? SLOW_LIMIT : LIMIT);
    await world.settle();
    faults.push(...world.leftovers);
  } catch (error) {
    if (error instanceof Skipped) verdict = { status: 'skipped', reason: error.message };
    else faults.push(describe(error), ...world.leftovers);
  }
  await world.close().catch((error: unknown) => faults.push(describe(error)));
  await own?.stop();
  process.off('uncaughtException', uncaught);
  process.off('unhandledRejection', uncaught);
  if (verdict) return verdict;
  return faults.length > 0 ? { status: 'failed', reason: faults.join('; ') } : { status: 'passed', reason: null };
}

/** The server that a behaviour needs for itself; undefined where the common one will do. */
async function ownServerFor({ slow, strict }: Behaviour, start: StartOwn): Promise<Target | undefined> {
  return slow || strict ? start({ strict: strict === true }, slow ? SCALED_T1 : RFC_T1) : undefined;
}

function describe(error: unknown): string {
  if (error instanceof Unmet) return error.message;
  return types.isNativeError(error) ? (error.stack ?? error.message) : String(error); // also of another realm, as Jest has them
}
