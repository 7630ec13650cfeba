import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Clock, delay } from '../../platform/clock.js';
import { BusyhereError } from '../../platform/errors.js';
import type { SocketAddress } from '../../platform/socket-address.js';
import { freePort } from '../program/free-port.js';
import { howToGet, programPath } from '../program/program-path.js';
import { type ProgramEnd, SupervisedProgram } from '../program/supervised-program.js';
import { configText, MODULES } from './config-text.js';
import { controlTaken, startFailure } from './start-failure.js';
import { BARESIP } from './traits.js';

export interface BaresipProcessOptions {
  /** The participant's. */
  readonly name: string;
  readonly address: SocketAddress;
  readonly clock: Clock;
  /** For its configuration, and what it writes. */
  readonly folder: string;
  readonly maxCalls: number;
  /** Looked up unless given. */
  readonly path?: string;
}

const LOOK_AGAIN_MS = 3;
/** It takes 20 ms on an idle machine. */
const PATIENCE_MS = 20_000;
const PORTS_TRIED = 5;
const READY = 'baresip is ready.';

/** One running baresip, with a configuration of its own. */
export class BaresipProcess {
  private constructor(
    private readonly program: SupervisedProgram,
    /** Where it takes commands. */
    readonly control: SocketAddress,
    /** Its standard output. */
    readonly log: string,
  ) {}

  /**
   * Resolves when it takes SIP and commands.
   * @throws BusyhereError `environment` where it or a module is not there or will not run, `address-in-use`
   */
  static async start(options: BaresipProcessOptions): Promise<BaresipProcess> {
    const path = options.path ?? programPath(BARESIP);
    const modules = modulesOf(path);
    for (let tried = 1; ; tried++) {
      const started = await BaresipProcess.#tryToStart(options, path, modules);
      if (!controlTaken(started.output)) return started;
      // Somebody took the port between our look and its own.
      await started.kill();
      if (tried === PORTS_TRIED) throw new BusyhereError('environment', `${options.name}'s baresip got no port for commands`);
    }
  }

  static async #tryToStart(options: BaresipProcessOptions, path: string, modules: string): Promise<BaresipProcess> {
    const { name, address, clock, folder, maxCalls } = options;
    const host = address.address.startsWith('127.') ? address.address : '127.0.0.1';
    const control = { address: host, port: await freePort(host) };
    writeFileSync(join(folder, 'config'), configText({ address, control, modules, maxCalls }));
    const log = join(folder, 'stdout');
    writeFileSync(log, '');
    const program = new SupervisedProgram(path, ['-f', folder, '-s'], { folder });
    const deadline = clock.now() + PATIENCE_MS;
    while (!program.output.includes(READY)) {
      if (program.end || clock.now() > deadline) {
        const { end, output } = program;
        await program.kill();
        throw startFailure(name, address, end, output);
      }
      await delay(clock, LOOK_AGAIN_MS);
    }
    return new BaresipProcess(program, control, log);
  }

  /** Undefined while it runs. */
  get end(): ProgramEnd | undefined {
    return this.program.end;
  }

  get ended(): Promise<ProgramEnd> {
    return this.program.ended;
  }

  /** All that it wrote. */
  get output(): string {
    return this.program.output;
  }

  kill(): Promise<ProgramEnd> {
    return this.program.kill();
  }
}

/** Debian's, and what a build from source installs: PREFIX/bin and PREFIX/lib. @throws BusyhereError `environment` */
function modulesOf(path: string): string {
  const folder = join(dirname(dirname(realpathSync(path))), 'lib', 'baresip', 'modules');
  const missing = MODULES.find((name) => !existsSync(join(folder, name)));
  if (missing === undefined) return folder;
  throw new BusyhereError('environment', `baresip's module ${missing} is not in ${folder}`, howToGet(BARESIP.debianPackage));
}
