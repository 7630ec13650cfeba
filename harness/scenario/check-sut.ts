import { BusyhereError } from '../platform/errors.js';
import type { EngineName, SutName } from './run-options.js';

/** Why an engine cannot have the B2BUA on drachtio-srf. */
const NOT_FOR_DRACHTIO: Readonly<Partial<Record<EngineName, string>>> = {
  memory: 'drachtio-srf brings sockets and a clock of its own',
};

/** @throws BusyhereError `usage` where the engine cannot have the proxy under test */
export function checkSut(sut: SutName, engine: EngineName): void {
  const why = sut === 'drachtio' ? NOT_FOR_DRACHTIO[engine] : undefined;
  if (why !== undefined)
    throw new BusyhereError('usage', `--sut drachtio does not go with --engine ${engine}: ${why}`, 'leave --engine out');
}
