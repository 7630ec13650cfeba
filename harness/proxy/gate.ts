import type { SipRequest } from '../sip/message.js';
import { userOf } from '../sip/uri.js';
import type { Flow } from '../transaction/flow.js';
import type { ListeningPoint } from '../transaction/listener.js';
import { admitRequest } from '../trust/admit-request.js';
import { type JournalEntry, NO_SETTING } from '../trust/decision.js';
import type { TrustModel } from '../trust/trust-model.js';
import type { Authenticator, ChallengeStatus } from './authenticator.js';
import type { DecisionJournal } from './decision-journal.js';
import type { KnownDialogs } from './known-dialogs.js';
import type { Rejection } from './rejection.js';

const FORBIDDEN: Rejection = { status: 403 };

/** Who may come in: the trust settings first, then digest credentials where those ask for them. */
export class Gate {
  constructor(
    private readonly trust: TrustModel,
    private readonly authenticator: Authenticator,
    private readonly dialogs: KnownDialogs,
    private readonly journal: DecisionJournal,
  ) {}

  /** Why a request is not let in; undefined where it is. */
  admit(request: SipRequest, flow: Flow<ListeningPoint>): Rejection | undefined {
    const { method } = request;
    const { outcome, journal } = admitRequest(this.trust, { flow, method, inDialog: this.dialogs.includes(request) });
    switch (outcome.action) {
      case 'accept':
        if (journal.setting !== NO_SETTING) this.journal.write(journal);
        return undefined;
      case 'refuse':
        this.journal.write(journal);
        return { status: outcome.status };
      case 'challenge':
        return this.#authenticate(request, outcome.status, journal);
    }
  }

  #authenticate(request: SipRequest, status: ChallengeStatus, challenge: JournalEntry): Rejection | undefined {
    const result = this.authenticator.authenticate(request, status);
    if (result.user === undefined) {
      this.journal.write({ ...challenge, reason: `${challenge.reason}; ${result.reason}` });
      return this.authenticator.challenge(status, result.stale);
    }
    const { method } = request;
    if (!mayActAs(result.user, request)) {
      const reason = `the credentials are ${result.user}'s, the request is made in another name`;
      this.journal.write({ ...challenge, setting: 'accounts', decision: `refuse ${method} with 403`, reason });
      return FORBIDDEN;
    }
    const reason = `the digest credentials are ${result.user}'s`;
    this.journal.write({ ...challenge, setting: 'accounts', decision: `admit ${method}`, reason });
    return undefined;
  }
}

/** Users call in their own name, or in none (RFC 3323 §4.1.1.3), and register themselves only (RFC 3261 §10.3 item 4). */
function mayActAs(user: string, request: SipRequest): boolean {
  const uri = (request.method === 'REGISTER' ? request.to : request.from)?.uri;
  if (!uri) return false;
  const claimed = userOf(uri);
  return claimed === user || (request.method !== 'REGISTER' && claimed === 'anonymous' && uri.host.toLowerCase() === 'anonymous.invalid');
}
