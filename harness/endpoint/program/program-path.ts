import { BusyhereError } from '../../platform/errors.js';
import type { EndpointTraits } from '../endpoint-kind.js';
import { findProgram } from './find-program.js';

/** Where an endpoint's program is. @throws BusyhereError `environment` where this machine does not have it */
export function programPath({ name, debianPackage }: NonNullable<EndpointTraits['program']>): string {
  const path = findProgram(name);
  if (path !== undefined) return path;
  throw new BusyhereError('environment', `${name} is not there`, howToGet(debianPackage));
}

export function howToGet(debianPackage: string): string {
  return `Debian and Ubuntu: apt-get install ${debianPackage}`;
}
