import type { Applications } from './applications.js';
import { cdrLeader, type Sighting } from './leader.js';

export type CdrRole = 'uac' | 'uas' | 'proxy-uac' | 'proxy-uas';
export type CdrReason = 'call-rejected' | 'call-canceled' | 'normal-release' | 'ackbye';

/** Call detail records, each for one of the applications that want them. */
export class Cdr {
  constructor(private readonly applications: Applications) {}

  attempt(sighting: Sighting, sip: Buffer): void {
    this.applications.next('cdr:attempt')?.send(cdrLeader('attempt', sighting), sip);
  }

  start(sighting: Sighting, role: CdrRole, sip: Buffer): void {
    this.applications.next('cdr:start')?.send(cdrLeader('start', sighting, role), sip);
  }

  stop(sighting: Sighting, reason: CdrReason, sip: Buffer): void {
    this.applications.next('cdr:stop')?.send(cdrLeader('stop', sighting, reason), sip);
  }
}
