import { Acceptance } from '../../harness/endpoint/acceptance.js';
import { Acknowledgement } from '../../harness/endpoint/acknowledgement.js';
import { Dialog } from '../../harness/endpoint/dialog.js';
import { IncomingInvitation } from '../../harness/endpoint/incoming-invitation.js';
import { Messenger } from '../../harness/endpoint/messenger/messenger.js';
import { Session } from '../../harness/endpoint/session.js';
import { UserAgent } from '../../harness/endpoint/user-agent.js';
import { Branch } from '../../harness/proxy/branch.js';
import { Gate } from '../../harness/proxy/gate.js';
import { KnownDialogs } from '../../harness/proxy/known-dialogs.js';
import { Location } from '../../harness/proxy/location.js';
import { SipProxy } from '../../harness/proxy/proxy.js';
import { ResponseJudge } from '../../harness/proxy/response-judge.js';
import { createResponse } from '../../harness/sip/create-response.js';
import { Headers } from '../../harness/sip/headers.js';
import type { SipRequest, SipResponse } from '../../harness/sip/message.js';
import type { ClientHandlers } from '../../harness/transaction/client-transaction.js';
import { InviteClientTransaction } from '../../harness/transaction/invite-client-transaction.js';
import { InviteServerTransaction } from '../../harness/transaction/invite-server-transaction.js';
import type { ServerTransaction } from '../../harness/transaction/server-transaction.js';
import { TimerSet } from '../../harness/transaction/timer-set.js';
import { RFC3261_TIMERS } from '../../harness/transaction/timer-values.js';

/** A fault of an element of ours, planted while the simulation runs. */
export interface Fault {
  readonly name: string;
  /** Plants it, and gives the way back. */
  plant(): () => void;
  /** What the simulation must find broken. */
  readonly caughtBy: RegExp;
}

/** A function of a module, planted by having the module loaded anew with another function in its place. */
export interface ModuleFault {
  readonly name: string;
  readonly module: string;
  replace(actual: Record<string, (...given: unknown[]) => unknown>): Record<string, unknown>;
  readonly caughtBy: RegExp;
}

/** Puts another method in the place of a class's own. */
function replaced<T extends object, K extends keyof T>(prototype: T, name: K, make: (original: T[K]) => T[K]): () => void {
  const original = prototype[name];
  prototype[name] = make(original);
  return () => {
    prototype[name] = original;
  };
}

/** Has every response that a proxy's branch gets looked at first; false drops it. */
function tampered(look: (response: SipResponse) => boolean): () => void {
  return replaced(Branch.prototype, 'start', (start) => {
    return function (this: Branch, method, send) {
      const watched = (handlers: ClientHandlers): ClientHandlers => ({
        ...handlers,
        response: (response, flow) => {
          if (look(response)) handlers.response(response, flow);
        },
      });
      start.call(this, method, (handlers) => send(watched(handlers)));
    };
  });
}

function withoutTimer(letter: string): () => void {
  return replaced(TimerSet.prototype as TimerSet<string>, 'start', (start) => {
    return function (this: TimerSet<string>, name, durationMs) {
      if (name !== letter) start.call(this, name, durationMs);
    };
  });
}

function withTimer(name: 'ringRepeat' | 'timerC', ms: number): () => void {
  const values = RFC3261_TIMERS as { [key in typeof name]: number };
  const before = values[name];
  values[name] = ms;
  return () => {
    values[name] = before;
  };
}

/** A CANCEL is answered, and nothing else. */
function answerOnly(transaction: ServerTransaction): void {
  transaction.respond(createResponse(transaction.request, 200, { toTag: 'planted' }));
}

const NEVER_MS = 1e12;

export const FAULTS: readonly Fault[] = [
  {
    name: 'the proxy forwards what it must absorb',
    plant: () => replaced(ResponseJudge.prototype, 'mayRoute', () => () => true),
    caughtBy: /the final at the caller is 486, must be null|the diagnosis says/,
  },
  {
    name: 'the proxy absorbs what it must forward',
    plant: () =>
      replaced(
        ResponseJudge.prototype,
        'mayRoute',
        () =>
          ({ status }) =>
            status !== 486,
      ),
    caughtBy: /the final at the caller is null, must be 486/,
  },
  {
    name: 'two finals',
    plant: () =>
      replaced(InviteServerTransaction.prototype, 'respond', (respond) => {
        return function (this: InviteServerTransaction, response) {
          respond.call(this, response);
          const { ports } = this as unknown as { ports: { send(payload: Buffer, failed: () => void): void } };
          if (response.status === 486) ports.send(createResponse(this.request, 480, { toTag: 'planted' }).toBuffer(), () => {});
        };
      }),
    caughtBy: /different finals/,
  },
  {
    name: 'no ACK for a 2xx',
    plant: () => replaced(Acknowledgement.prototype, 'send', () => () => {}),
    caughtBy: /times 2xx, 0 times ACK/,
  },
  {
    name: 'no ACK for a rejection',
    plant: () =>
      replaced(InviteClientTransaction.prototype, 'start', (start) => {
        return function (this: InviteClientTransaction) {
          const own = this as unknown as { ports: { send(payload: Buffer, failed: (error: Error) => void): void } };
          const { ports } = own;
          own.ports = { ...ports, send: (payload, failed) => payload.toString('latin1').startsWith('ACK ') || ports.send(payload, failed) };
          start.call(this);
        };
      }),
    caughtBy: /did not acknowledge/,
  },
  {
    name: 'the wrong Via popped',
    plant: () =>
      replaced(Headers.prototype, 'removeFirst', (removeFirst) => {
        return function (this: Headers, name) {
          const values = this.list(name);
          if (name !== 'Via' || values.length < 2) return removeFirst.call(this, name);
          this.delete(name);
          for (const value of values.slice(0, -1)) this.append(name, value);
          return values.at(-1);
        };
      }),
    caughtBy: /nobody sent it so/,
  },
  ...(['A', 'E', 'G'] as const).map((letter) => ({
    name: `Timer ${letter} missing`,
    plant: () => withoutTimer(letter),
    caughtBy: /must be|never answered/,
  })),
  ...(['D', 'F', 'H', 'I', 'J', 'K', 'L', 'M'] as const).map((letter) => ({
    name: `Timer ${letter} missing`,
    plant: () => withoutTimer(letter),
    caughtBy: /transactions of .* left/,
  })),
  {
    name: 'Timer B missing',
    plant: () => withoutTimer('B'),
    caughtBy: /waited too long/,
  },
  {
    name: 'Timer C missing',
    plant: () => withTimer('timerC', NEVER_MS),
    caughtBy: /the callee gave undefined, planned was 487/,
  },
  {
    name: 'ringing not repeated',
    plant: () => withTimer('ringRepeat', NEVER_MS),
    caughtBy: /the callee gave 487, planned was undefined/,
  },
  {
    name: 'the proxy ignores a CANCEL',
    plant: () => replaced(SipProxy.prototype, 'cancel', () => answerOnly),
    caughtBy: /never answered|must be|are left/,
  },
  {
    name: 'the user agent ignores a CANCEL',
    plant: () => replaced(UserAgent.prototype, 'cancel', () => answerOnly),
    caughtBy: /must be|never answered/,
  },
  {
    name: 'the user agent ends the ringing of a CANCEL without the 487',
    plant: () => replaced(IncomingInvitation.prototype, 'cancelled', () => () => {}),
    caughtBy: /must be|never answered/,
  },
  {
    name: "the proxy changes the callee's tag",
    plant: () =>
      tampered((response) => {
        if (response.status === 200) response.headers.set('To', `${response.headers.get('To')}x`);
        return true;
      }),
    caughtBy: /nobody sent it so/,
  },
  {
    name: 'the proxy forwards a 2xx once only',
    plant: () => {
      const seen = new Set<string>();
      return tampered((response) => {
        const key = `${response.cseq?.method} ${response.status} ${response.callId}`;
        if (response.status !== 200 || response.cseq?.method !== 'INVITE' || !seen.has(key)) {
          seen.add(key);
          return true;
        }
        return false;
      });
    },
    caughtBy: /times 2xx in/,
  },
  {
    name: 'the proxy forwards no ACK',
    plant: () => replaced(SipProxy.prototype, 'ack', () => () => {}),
    caughtBy: /ACK in, 0 times ACK out/,
  },
  {
    name: 'a 2xx is not repeated',
    plant: () =>
      replaced(Acceptance.prototype, 'start', () => {
        return function (this: Acceptance) {
          const { transaction, response } = this as unknown as { transaction: ServerTransaction; response: SipResponse };
          transaction.respond(response);
        };
      }),
    caughtBy: /one side only|must be/,
  },
  {
    name: 'hanging up sends no BYE',
    plant: () =>
      replaced(Session.prototype, 'hangUp', () => {
        return function (this: Session) {
          this.drop();
          (this as unknown as { ports: { ended(why: 'local'): void } }).ports.ended('local');
        };
      }),
    caughtBy: /one side only/,
  },
  {
    name: 'requests within a dialog are not counted',
    plant: () => replaced(Dialog.prototype, 'nextSequence', () => () => 1),
    caughtBy: /one side only/,
  },
  {
    name: 'a BYE is answered and the session kept',
    plant: () =>
      replaced(Session.prototype, 'request', (request) => {
        return function (this: Session, transaction) {
          if (transaction.request.method === 'BYE') answerOnly(transaction);
          else request.call(this, transaction);
        };
      }),
    caughtBy: /one side only/,
  },
  {
    name: 'the registrar forgets',
    plant: () => replaced(Location.prototype, 'replace', () => () => {}),
    caughtBy: /480/,
  },
  {
    name: 'the proxy lets everybody in',
    plant: () => replaced(Gate.prototype, 'admit', () => () => undefined),
    caughtBy: /must be 407/,
  },
  {
    name: 'the proxy knows no dialogs',
    plant: () => replaced(KnownDialogs.prototype, 'includes', () => () => false),
    caughtBy: /ACK in, 0 times ACK out/,
  },
  {
    name: 'an engaged Messenger takes another invitation',
    plant: () => replaced(Messenger.prototype, 'refuse', () => () => undefined),
    caughtBy: /was engaged and took the invitation/,
  },
];

const FORWARD = '../../harness/proxy/forward-request.js';
const DERIVED = '../../harness/transaction/derived-request.js';

/** Wraps one function of a module whose result is a request. */
function changing(name: string, change: (request: SipRequest, ...given: unknown[]) => void): ModuleFault['replace'] {
  return (actual) => ({
    ...actual,
    [name]: (...given: unknown[]) => {
      const request = actual[name]?.(...given) as SipRequest;
      change(request, ...given);
      return request;
    },
  });
}

export const MODULE_FAULTS: readonly ModuleFault[] = [
  {
    name: 'Record-Route dropped',
    module: FORWARD,
    replace: changing('forwardedRequest', (request) => request.headers.delete('Record-Route')),
    caughtBy: /past the proxy/,
  },
  {
    name: 'Max-Forwards kept',
    module: FORWARD,
    replace: changing('forwardedRequest', (request) => request.headers.set('Max-Forwards', String((request.maxForwards ?? 0) + 1))),
    caughtBy: /left with Max-Forwards/,
  },
  {
    name: 'a body cut short',
    module: FORWARD,
    replace: changing('forwardedRequest', (request) => {
      request.body = request.body.subarray(0, -1);
    }),
    caughtBy: /another body/,
  },
  {
    name: 'a CANCEL with a branch of its own',
    module: DERIVED,
    replace: changing('cancelOf', (request) => {
      request.headers.set('Via', (request.headers.get('Via') ?? '').replace('branch=z9hG4bK', 'branch=z9hG4bKother'));
    }),
    caughtBy: /must be|never answered|are left/,
  },
  {
    name: 'an ACK with a branch of its own',
    module: DERIVED,
    replace: changing('ackForFailure', (request) => {
      request.headers.set('Via', (request.headers.get('Via') ?? '').replace('branch=z9hG4bK', 'branch=z9hG4bKother'));
    }),
    caughtBy: /did not acknowledge/,
  },
  {
    name: 'a retransmitted INVITE taken for a new one',
    module: '../../harness/transaction/transaction-key.js',
    replace: (actual) => {
      let count = 0;
      return {
        ...actual,
        serverTransactionKey: (request: SipRequest, ...rest: unknown[]) => {
          const key = actual.serverTransactionKey?.(request, ...rest);
          return request.method === 'INVITE' ? `${key} ${count++}` : key;
        },
      };
    },
    caughtBy: /transactions|different finals|never answered|must be/,
  },
  {
    name: "responses sent past the sender's port",
    module: '../../harness/transaction/response-address.js',
    replace: (actual) => ({
      ...actual,
      responseAddress: (via: unknown) => {
        const address = actual.responseAddress?.(via) as { address: string; port: number } | undefined;
        return address && { ...address, port: address.port + 1 };
      },
    }),
    caughtBy: /must be/,
  },
];
