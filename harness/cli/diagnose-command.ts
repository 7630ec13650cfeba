import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { Attempt } from '../diagnosis/attempt.js';
import { type CaptureDiagnosis, DEFAULT_HORIZON_MS, diagnoseCaptures } from '../diagnosis/diagnose-captures.js';
import { BusyhereError } from '../platform/errors.js';
import { SystemClock } from '../platform/system-clock.js';
import { type AttemptFilter, hasTrouble, isWanted } from '../report/diagnosis/attempt-filter.js';
import type { DiagnosisReporter } from '../report/diagnosis/diagnosis-reporter.js';
import { HtmlDiagnosis } from '../report/diagnosis/html-diagnosis.js';
import { JsonDiagnosis } from '../report/diagnosis/json-diagnosis.js';
import { TextDiagnosis } from '../report/diagnosis/text-diagnosis.js';
import { glyphsFor } from '../report/glyphs.js';
import { paletteFor } from '../report/palette.js';
import type { Duration } from '../scenario/model.js';
import { durationMs } from '../scenario/parse-terms.js';
import { RFC3261_TIMERS } from '../transaction/timer-values.js';
import type { Invocation } from './commands.js';
import { EXIT_CODES, type ExitCode } from './exit-code.js';
import type { Host } from './host.js';
import { terminalOf } from './host-terminal.js';
import { PageFile } from './page-file.js';

interface DiagnoseFlags {
  readonly json?: boolean;
  readonly only?: 'lost';
  readonly callId?: readonly string[];
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly horizon?: Duration;
  readonly ladder?: boolean;
  readonly messages?: boolean;
  readonly showCredentials?: boolean;
  readonly html?: string;
}

/** Attempts are put in order of their beginning in portions of so many: few captures hold more. */
const PORTION = 5000;
const QUIET_MS = 1000;

/** `busyhere diagnose`: what became of every final response in captures. */
export async function diagnoseCommand({ args, flags }: Invocation, host: Host): Promise<ExitCode> {
  if (args.length === 0)
    throw new BusyhereError('usage', 'diagnose needs a capture', 'busyhere diagnose call.pcapng; - reads standard input');
  if (flags.showCredentials === true && flags.messages !== true)
    throw new BusyhereError('usage', '--show-credentials needs --messages: elsewhere no credentials are shown');
  return new DiagnoseRun(args, flags as DiagnoseFlags, host).run();
}

class DiagnoseRun {
  readonly #filter: AttemptFilter;
  readonly #reporters: DiagnosisReporter[];
  readonly #pages: PageFile[] = [];
  readonly #portion: Attempt[] = [];
  readonly #clock = new SystemClock();
  readonly #began = this.#clock.now();
  #seen = 0;
  #told = 0;
  #troubled = 0;
  #progressShown = false;

  constructor(
    private readonly paths: readonly string[],
    private readonly flags: DiagnoseFlags,
    private readonly host: Host,
  ) {
    const { only, callId = [], from = [], to = [], json = false, ladder = false, showCredentials = false, html } = flags;
    this.#filter = { onlyLost: only === 'lost', callIds: callId, from, to };
    const terminal = terminalOf(host.stdout, host);
    const text = { terminal, glyphs: glyphsFor(terminal.hasUnicode), palette: paletteFor(terminal), ladders: ladder, showCredentials };
    this.#reporters = [
      json ? new JsonDiagnosis({ write: (piece) => void host.stdout.write(piece) }, showCredentials) : new TextDiagnosis(text),
    ];
    if (html === undefined) return;
    const page = new PageFile(join(resolve(host.cwd, html), 'index.html'));
    this.#pages.push(page);
    this.#reporters.push(new HtmlDiagnosis(page, ladder, showCredentials));
  }

  async run(): Promise<ExitCode> {
    const interruption = new AbortController();
    const stopListening = this.host.onInterrupt(() => {
      if (interruption.signal.aborted) return this.host.exitNow(EXIT_CODES.interrupted);
      interruption.abort();
    });
    try {
      const code = await this.#read(interruption.signal);
      return interruption.signal.aborted ? EXIT_CODES.interrupted : code;
    } finally {
      stopListening();
    }
  }

  async #read(signal: AbortSignal): Promise<ExitCode> {
    const { horizon, messages = false } = this.flags;
    const diagnosis = await diagnoseCaptures(
      this.paths.map((path) => (path === '-' ? path : this.#shownPath(path))),
      {
        standardInput: this.host.stdin ?? Readable.from([]),
        horizonMs: horizon === undefined ? DEFAULT_HORIZON_MS : durationMs(horizon, RFC3261_TIMERS.t1),
        keepMessages: messages,
        signal,
        onAttempt: (attempt) => this.#take(attempt),
        onProgress: (progress) => this.#progress(progress),
      },
    );
    this.#tell();
    this.#endProgress();
    for (const reporter of this.#reporters) reporter.finished(diagnosis);
    for (const page of this.#pages) page.close();
    if (this.flags.json)
      for (const { problem } of diagnosis.captures) if (problem !== null) this.host.stderr.write(`busyhere: ${problem}\n`);
    return this.#exitCode(diagnosis);
  }

  /** Somebody asked for certain attempts, and there are none: that is not "nothing lost". */
  get #foundNobody(): boolean {
    const { callIds, from, to } = this.#filter;
    return this.#told === 0 && [...callIds, ...from, ...to].length > 0 && !this.#filter.onlyLost;
  }

  /** As the user wrote it where the process stands in the folder that it was written for. */
  #shownPath(path: string): string {
    return this.host.cwd === process.cwd() ? path : resolve(this.host.cwd, path);
  }

  #take(attempt: Attempt): void {
    this.#seen += 1;
    if (!isWanted(attempt, this.#filter)) return;
    this.#portion.push(attempt);
    if (this.#portion.length >= PORTION) this.#tell();
  }

  #tell(): void {
    this.#endProgress();
    this.#portion.sort((one, other) => one.startedAt - other.startedAt);
    for (const attempt of this.#portion) {
      this.#told += 1;
      if (hasTrouble(attempt)) this.#troubled += 1;
      for (const reporter of this.#reporters) reporter.attempt(attempt);
    }
    this.#portion.length = 0;
  }

  /** One line on standard error that is written over, and only where somebody may be waiting before it. */
  #progress({ octets, of, messages }: { octets: number; of: number | undefined; messages: number }): void {
    if (!terminalOf(this.host.stderr, this.host).isLive || this.#clock.now() - this.#began < QUIET_MS) return;
    const part = of === undefined || of === 0 ? `${Math.round(octets / 1e6)} MB` : `${Math.min(100, Math.round((octets / of) * 100))} %`;
    this.host.stderr.write(`\r${part} read, ${messages} SIP messages `);
    this.#progressShown = true;
  }

  #endProgress(): void {
    if (this.#progressShown) this.host.stderr.write('\r\u001b[K');
    this.#progressShown = false;
  }

  #exitCode({ captures }: CaptureDiagnosis): ExitCode {
    if (this.#troubled > 0) return EXIT_CODES.notAsExpected;
    // What could not be read may hold the loss: that is not "nothing lost".
    if (captures.some(({ problem, unfinished, messages }) => problem !== null || (unfinished !== null && messages === 0)))
      return EXIT_CODES.usage;
    if (this.#foundNobody) {
      this.host.stderr.write(`busyhere: --call-id, --from and --to match no attempt; attempts in all that was read: ${this.#seen}\n`);
      return EXIT_CODES.usage;
    }
    return EXIT_CODES.asExpected;
  }
}
