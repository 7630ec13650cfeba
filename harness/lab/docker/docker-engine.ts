import type Docker from 'dockerode';
import { BusyhereError } from '../../platform/errors.js';

/** The Docker engine that `DOCKER_HOST` or the usual socket names. @throws BusyhereError `environment` where none answers */
export async function connectEngine(): Promise<Docker> {
  const { default: Engine } = await import('dockerode');
  const engine = new Engine();
  try {
    await engine.ping();
  } catch (cause) {
    throw noEngine(cause as NodeJS.ErrnoException);
  }
  return engine;
}

function noEngine(cause: NodeJS.ErrnoException): BusyhereError {
  if (cause.code === 'EACCES') {
    return new BusyhereError(
      'environment',
      'the Docker engine is there, and this user may not use it',
      'add the user to the group docker: sudo usermod -aG docker $USER, and log in again',
      { cause },
    );
  }
  return new BusyhereError(
    'environment',
    `no Docker engine answers: ${cause.message}`,
    'start it: sudo systemctl start docker, or Docker Desktop; DOCKER_HOST names another one. --engine udp needs none',
    { cause },
  );
}

/** What the engine said, as an error of the machine's. */
export function engineError(what: string, cause: unknown, hint?: string): BusyhereError {
  const message = engineMessage(cause);
  const noRoom = /no space left/i.test(message)
    ? 'the engine’s disk is full: docker system df shows with what, docker system prune makes room'
    : undefined;
  return new BusyhereError('environment', `${what}: ${message}`, noRoom ?? hint, { cause });
}

/** The engine's own words, without what the library puts around them. */
export function engineMessage(error: unknown): string {
  const { json, message } = error as { json?: { message?: unknown }; message?: string };
  return typeof json?.message === 'string' ? json.message : (message ?? String(error));
}

export function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number }).statusCode;
}
