import type Docker from 'dockerode';
import { BusyhereError } from '../../platform/errors.js';
import { engineError, engineMessage } from './docker-engine.js';

const LINES_SHOWN = 12;
const COLUMNS_SHOWN = 100;

const NO_BASE =
  'it needs the images node:24-bookworm-slim and debian:bookworm-slim, or a registry to pull them from, and for the first time Debian’s packages';
const FAILED_COMMAND =
  'a command of the Dockerfile failed, as its output above says; where it fetches Debian’s packages, containers need a way to them';

export interface Build {
  /** The folder of all that goes into it. */
  readonly context: string;
  readonly name: string;
  readonly labels: Record<string, string>;
  /** Told of every step. */
  progress(text: string): void;
  /** Ends the building, in the engine too. */
  readonly signal: AbortSignal | undefined;
}

/** What the builder says: its output, or why it ended. */
interface Word {
  readonly stream?: string;
  readonly error?: string;
}

/** @throws BusyhereError `environment` with what failed and the end of the builder's output; `interrupted` where the signal came */
export async function buildImage(engine: Docker, { context, name, labels, progress, signal }: Build): Promise<void> {
  const said: string[] = [];
  let failure: string | undefined;
  const heard = ({ stream, error }: Word): void => {
    failure ??= error;
    const text = (stream ?? '').trimEnd();
    if (text !== '') said.push(...text.split('\n'));
    if (text.startsWith('Step ')) progress(text.slice(0, COLUMNS_SHOWN));
  };
  try {
    if (signal?.aborted) throw signal.reason;
    const abort = signal ? { abortSignal: signal } : {};
    const output = await engine.buildImage({ context, src: ['.'] }, { t: name, labels, forcerm: true, ...abort });
    await followed(engine, output, heard);
  } catch (error) {
    if (signal?.aborted)
      throw new BusyhereError('interrupted', 'the run was interrupted while an image was built', undefined, { cause: error });
    failure ??= engineMessage(error);
  }
  if (failure !== undefined) throw cannotBuild(name, failure, said);
}

function followed(engine: Docker, output: NodeJS.ReadableStream, heard: (word: Word) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    engine.modem.followProgress(output, (error) => (error ? reject(error) : resolve()), heard);
  });
}

function cannotBuild(name: string, failure: string, said: readonly string[]): BusyhereError {
  const end = said.slice(-LINES_SHOWN).map((line) => `  | ${line}`);
  const isCommand = /returned a non-zero code|did not complete successfully/.test(failure);
  const what = { message: [failure, ...end].join('\n') };
  return engineError(`the image ${name} cannot be built`, what, isCommand ? FAILED_COMMAND : NO_BASE);
}
