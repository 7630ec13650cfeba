import { createHash } from 'node:crypto';
import { brokenCalls, checkOutcomes, rightlyOpen, waitingForNobody } from './outcomes.js';
import { type Plan, planOf, type Step } from './plan.js';
import { Stage } from './stage.js';
import { readTrace } from './wire.js';
import { checkWire } from './wire-invariants.js';

/** What one seed gave. */
export interface SimulationResult {
  readonly seed: number;
  readonly plan: Plan;
  /** What is broken; empty where all holds. */
  readonly broken: readonly string[];
  readonly calls: number;
  readonly datagrams: number;
  /** ms of the simulated world. */
  readonly simulatedMs: number;
  /** Of the whole trace: equal for equal runs. */
  readonly digest: string;
}

/** Timer C, the retransmissions around it, and a last ringing: after that nothing changes by itself. */
const QUIESCENCE_MS = 300_000;

/**
 * Plays a seed's plan, and holds what happened against what must hold always and what was planned.
 * @param options.unchecked only play
 */
export async function simulate(seed: number, options: { unchecked?: boolean } = {}): Promise<SimulationResult> {
  const plan = planOf(seed);
  const stage = new Stage(plan);
  const broken: string[] = [];
  try {
    await stage.open();
    for (const step of plan.steps) stage.clock.setTimer(step.at, () => play(stage, step));
    for (const { name, crashesAt } of plan.people) if (crashesAt !== undefined) crash(stage, name, crashesAt);
    stage.clock.advance(QUIESCENCE_MS);
    await promisesSettled();
    if (!options.unchecked) broken.push(...check(stage));
    stage.giveUp();
    stage.clock.advance(QUIESCENCE_MS);
    broken.push(...leftovers(stage));
  } catch (error) {
    broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  await stage.close();
  const left = stage.clock.pendingTimers + stage.network.openSockets;
  if (left > 0) broken.push(`${left} timers or sockets are left after all was stopped`);
  return {
    seed,
    plan,
    broken,
    calls: stage.calls.length,
    datagrams: stage.trace.events.length,
    simulatedMs: stage.clock.now(),
    digest: digestOf(stage),
  };
}

function play(stage: Stage, step: Step): void {
  const who = step.kind === 'call' ? step.caller : step.kind === 'message' ? step.from : step.who;
  const crashesAt = stage.person(who)?.crashesAt;
  if (crashesAt !== undefined && crashesAt <= step.at) return;
  if (step.kind === 'call') stage.place(step);
  else if (step.kind === 'message') stage.send(step.from, step.target);
  else stage.register(step.who);
}

function crash(stage: Stage, name: string, at: number): void {
  stage.clock.setTimer(at, () => {
    stage
      .agent(name)
      .stop()
      .catch(() => {});
  });
}

function check(stage: Stage): string[] {
  const trace = readTrace(stage.trace.events);
  const silent = new Set(stage.plan.people.filter(({ crashesAt }) => crashesAt !== undefined).map(({ name }) => name));
  const open = rightlyOpen(stage);
  return [
    ...stage.broken,
    ...checkWire(trace, { proxy: 'lcs', recordRoute: stage.plan.recordRoute, silent, open, broken: brokenCalls(stage) }),
    ...checkOutcomes(stage, trace),
  ];
}

/** After everybody gave up and all was waited for, nothing is left, before anything is stopped. */
function leftovers(stage: Stage): string[] {
  const { proxy } = stage;
  const excused = waitingForNobody(stage);
  const counts: [string, number][] = [
    ['timers', stage.clock.pendingTimers],
    ['transactions of the proxy', Math.max(0, proxy.openTransactions - excused)],
    ['contexts of the proxy', Math.max(0, proxy.openContexts - excused)],
  ];
  for (const [name, agent] of stage.agents) {
    counts.push([`transactions of ${name}`, agent.openTransactions], [`dialogs of ${name}`, agent.openDialogs]);
    counts.push([`sessions of ${name}`, agent.openSessions]);
  }
  return counts.flatMap(([what, count]) => (count > 0 ? [`${count} ${what} are left`] : []));
}

function digestOf(stage: Stage): string {
  const hash = createHash('sha1');
  for (const { time, point, sighting, bytes } of stage.trace.events) hash.update(`${time} ${point} ${sighting}\n`).update(bytes);
  return hash.digest('hex');
}

function promisesSettled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** What a person needs to see of a seed that failed. */
export function describeFailure({ seed, broken, plan }: SimulationResult): string {
  const steps = plan.steps.map((step) => `  ${JSON.stringify(step)}`).join('\n');
  return `seed ${seed} breaks:\n${broken.map((what) => `  ${what}`).join('\n')}\n${steps}\nreplay: npm run simulate -- --seed ${seed}`;
}
