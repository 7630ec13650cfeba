import type { Endpoint } from '../endpoint/endpoint.js';
import type { ProgramOutputs } from '../endpoint/program/program-outputs.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { Recorder } from '../trace/recorder.js';
import type { JournalEntry } from '../trust/decision.js';
import type { ServerEntrance } from './topology.js';

/** A topology come to life: what a case is played on. */
export interface Lab {
  /** What was seen at the sockets. */
  readonly trace: Recorder;
  /** What the servers decided about trust, in order. */
  readonly journal: readonly JournalEntry[];
  /** The files of child processes, complete once the lab was stopped; nothing where it never has any. */
  readonly outputs?: ProgramOutputs;
  /** @throws BusyhereError `internal` for a name that the topology does not have */
  endpoint(participant: string): Endpoint;
  /** Whether the participant's endpoint is in a process of its own, and does what it is told a moment later. */
  isApart(participant: string): boolean;
  /** The domain of the participant's server. */
  domainOf(participant: string): string;
  /** Under which SIP URI others call the participant: `sip:bob@lab.example`. */
  addressOfRecord(participant: string): string;
  addressOf(entrance: ServerEntrance): SocketAddress;
  /** The participant or server at an address; undefined for a stranger's. */
  nameOf(address: SocketAddress): string | undefined;
  /**
   * Opens all sockets and registers whoever has an account.
   * @throws BusyhereError `address-in-use` where an address was asked for explicitly, `environment` where no addresses are left
   */
  start(): Promise<void>;
  /** Resolves when all that has happened by now is in the trace: where it is recorded elsewhere, it comes in later. */
  caughtUp(): Promise<void>;
  /** Leaves no timer and no socket of this lab. */
  stop(): Promise<void>;
}
