import { type Flow, formatFlow } from '../transaction/flow.js';
import type { ListeningPoint } from '../transaction/listener.js';
import { type Decision, NO_SETTING } from './decision.js';
import { type FlowTrust, hostSetting, judgeFlow, listenerSetting } from './judge-flow.js';
import type { TrustModel } from './trust-model.js';

/** What the decision needs to know of a request. */
export interface RequestFacts {
  readonly flow: Flow<ListeningPoint>;
  readonly method: string;
  /** It belongs to a dialog that was set up through this server; a To tag alone, which anyone can write, does not make it so. */
  readonly inDialog: boolean;
}

export type Admission =
  | { readonly action: 'accept' }
  /** By digest: with 401 by the registrar, with 407 by the proxy (RFC 3261 §22.2, §22.3). */
  | { readonly action: 'challenge'; readonly status: 401 | 407 }
  | { readonly action: 'refuse'; readonly status: 403 };

type Verdict = readonly [outcome: Admission, setting: string, reason: string];

const ACCEPT: Admission = { action: 'accept' };
const REFUSE: Admission = { action: 'refuse', status: 403 };

/** Whether a request that arrived on a flow is let in, must show credentials, or is turned away. */
export function admitRequest(model: TrustModel, facts: RequestFacts): Decision<Admission> {
  const trust = judgeFlow(model, facts.flow, 'request');
  const [outcome, setting, reason] = refusal(model, facts, trust) ?? admission(facts, trust);
  return {
    outcome,
    journal: { server: model.server, flow: formatFlow(facts.flow), setting, decision: words(outcome, facts.method), reason },
  };
}

function refusal(model: TrustModel, { method, inDialog }: RequestFacts, trust: FlowTrust): Verdict | undefined {
  if (method === 'CANCEL') return undefined; // it only ends what was let in before
  if (trust.role === 'client' && model.refuseClients) return [REFUSE, 'refuseClients', 'this server refuses clients'];
  if (trust.role === 'client' && trust.listener?.refuseClients) {
    return [REFUSE, listenerSetting(trust.listener.name, 'refuseClients'), 'this listener refuses clients'];
  }
  // A request within a dialog opens no flow: the dialog's first request went out to this host.
  if (trust.host?.outboundOnly && !inDialog) {
    return [REFUSE, hostSetting(trust.host, 'outboundOnly'), 'the host may answer our requests and not send its own'];
  }
  return undefined;
}

function admission({ method, inDialog }: RequestFacts, trust: FlowTrust): Verdict {
  // RFC 3261 §22.1: an ACK or a CANCEL cannot be sent again with credentials, so neither is challenged.
  if (method === 'ACK' || method === 'CANCEL') return [ACCEPT, NO_SETTING, `${method} is never challenged`];
  if (trust.authenticated) return [ACCEPT, trust.authenticatedBy, 'what arrives on this flow counts as authenticated'];
  if (inDialog) return [ACCEPT, NO_SETTING, 'the request belongs to a dialog that was admitted'];
  const status = method === 'REGISTER' ? 401 : 407;
  return [{ action: 'challenge', status }, NO_SETTING, 'no setting makes this flow authenticated'];
}

function words(outcome: Admission, method: string): string {
  if (outcome.action === 'accept') return `admit ${method}`;
  if (method === 'ACK') return 'drop ACK'; // nothing answers an ACK
  return `${outcome.action} ${method} with ${outcome.status}`;
}
