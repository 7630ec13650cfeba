import { type Flow, formatFlow } from '../transaction/flow.js';
import type { ListeningPoint } from '../transaction/listener.js';
import { type Decision, NO_SETTING } from './decision.js';
import { judgeFlow } from './judge-flow.js';
import type { TrustModel } from './trust-model.js';

/** What the decision needs to know of a response and the request that it answers. */
export interface ResponseFacts {
  /** The flow that the response arrived on. */
  readonly flow: Flow<ListeningPoint>;
  readonly status: number;
  /** The method of the request. */
  readonly method: string;
  /** The request was outside any dialog. */
  readonly initial: boolean;
}

export type Routing = 'forward' | 'absorb';

type Verdict = readonly [outcome: Routing, setting: string, reason: string];

/**
 * Whether a response may be routed on. The quirk `lcs2003` is the fault of KB834477, and this one sentence: a final
 * response 300–699 except 487 to an initial INVITE, arriving on a flow that is a trusted server's while its peer's
 * role is client, is not routed. Without the quirk everything is, as RFC 3261 §16.7 demands.
 */
export function routeResponse(model: TrustModel, facts: ResponseFacts): Decision<Routing> {
  const [outcome, setting, reason] = verdict(model, facts);
  return {
    outcome,
    journal: { server: model.server, flow: formatFlow(facts.flow), setting, decision: `${outcome} ${facts.status}`, reason },
  };
}

function verdict(model: TrustModel, facts: ResponseFacts): Verdict {
  if (!model.quirks.has('lcs2003')) return ['forward', 'quirks', 'RFC 3261 §16.7: without a quirk every response is routed'];
  if (!rejectsInvitation(facts)) return ['forward', NO_SETTING, 'the quirk concerns rejected invitations only'];
  const trust = judgeFlow(model, facts.flow, 'response');
  if (!trust.trustedServer) return ['forward', NO_SETTING, "the flow is no trusted server's"];
  if (trust.role !== 'client') return ['forward', 'peers', `the peer is a ${trust.role}, which the trust settings are meant for`];
  return [
    'absorb',
    `quirks.lcs2003, ${trust.trustedServerBy}`,
    "a client's rejection arrived on a flow with a server's trust settings, and is not routed",
  ];
}

/** 487 ends what a CANCEL asked to end, and so is no rejection by the callee. */
function rejectsInvitation({ method, initial, status }: ResponseFacts): boolean {
  return method === 'INVITE' && initial && status >= 300 && status !== 487;
}
