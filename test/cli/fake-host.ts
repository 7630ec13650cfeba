import type { Host, HostStream, RunSuite } from '../../harness/cli/host.js';
import type { Interrupter } from '../../harness/cli/interrupts.js';
import type { Case } from '../../harness/scenario/case.js';
import { type CaseStatus, type RunResult, summarise } from '../../harness/scenario/result.js';
import type { RunOptions } from '../../harness/scenario/run-options.js';

class Stream implements HostStream {
  text = '';
  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

/** A process that keeps what is written, and a run that takes no time and gives every case the status wanted. */
export class FakeHost implements Host {
  readonly env: Record<string, string | undefined> = { LANG: 'C.UTF-8' };
  readonly platform = 'linux';
  readonly stdout = new Stream();
  readonly stderr = new Stream();
  /** What the run was asked for. */
  readonly runs: { readonly cases: readonly Case[]; readonly options: RunOptions }[] = [];
  readonly exits: number[] = [];
  interruptCallbacks: ((by: Interrupter) => void)[] = [];
  endsWhenInterrupted = false;
  statusOf: (played: Case) => CaseStatus = () => 'passed';
  /** Comes between the first case and the others. */
  during: () => void = () => {};
  failure: Error | undefined;

  constructor(readonly cwd: string) {}

  onInterrupt(callback: (by: Interrupter) => void): () => void {
    this.interruptCallbacks.push(callback);
    return () => {
      this.interruptCallbacks = this.interruptCallbacks.filter((one) => one !== callback);
    };
  }

  endWhenInterrupted(): void {
    this.endsWhenInterrupted = true;
  }

  interrupt(by: Interrupter = 'user'): void {
    for (const callback of this.interruptCallbacks) callback(by);
  }

  exitNow(code: number): void {
    this.exits.push(code);
  }

  drawSeed(): number {
    return 4711;
  }

  async loadRunSuite(): Promise<RunSuite> {
    return async (cases, options, emit) => {
      this.runs.push({ cases, options });
      const { engine, sut, timers, seed, signal } = options;
      emit({ type: 'runStarted', engine, sut, timers, horizonMs: 640, seed, cases });
      const results = cases.map((played, index) => {
        if (index === 1) this.during();
        const { id, scenario, variant } = played;
        const status = signal.aborted ? 'interrupted' : this.statusOf(played);
        const reason = status === 'passed' ? null : `because it is ${status}`;
        const result = { id, scenario, variant, status, reason, durationMs: 1, trace: null, attempts: [], journal: [] };
        emit({ type: 'caseFinished', case: played, result, evidence: { attempts: [], nameOf: () => undefined } });
        return result;
      });
      if (this.failure) throw this.failure;
      const result: RunResult = {
        schemaVersion: 1,
        tool: { name: 'busyhere', version: '0' },
        engine,
        sut,
        timers,
        horizonMs: 640,
        seed,
        startedAt: '2026-11-23T10:00:00.000Z',
        durationMs: 5,
        summary: summarise(results),
        cases: results,
      };
      emit({ type: 'runFinished', result });
      return result;
    };
  }
}
