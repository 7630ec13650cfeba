import { contactOf, request, type Self } from './message-text.js';
import type { ScenarioWriter } from './scenario-writer.js';

const METHODS = ['REGISTER', 'MESSAGE', 'OPTIONS'] as const;

/** The commands that begin a request which makes no dialog, with the labels to go on at. */
export const REQUEST_VERBS: Readonly<Record<string, string>> = Object.fromEntries(METHODS.map((method) => [verbOf(method), method]));

/** Requests that make no dialog: sent, sent again with credentials after a challenge, and the final response told. */
export function writeRequests(scenario: ScenarioWriter, self: Self): void {
  for (const method of METHODS) {
    scenario
      .label(method)
      .assign('branch', branch(1))
      .sendUntilAnswered(message(self, method, '1', []), 'asked');
  }
  if (self.account) writeAuthenticated(scenario, self);
  scenario.label('asked').anyResponse('asked_heard').rest();
  scenario.label('asked_heard').go('asked', 'provisional');
  if (self.account) {
    scenario.go('perhaps_asked_who', 'first').go('asked_done');
    scenario.label('perhaps_asked_who').go('asked', 'again').go('asked_who', 'challenge');
  }
  scenario.label('asked_done').tell('final').go('over');
}

/** RFC 3261 §22.2: once; a second challenge says that the password is wrong. */
function writeAuthenticated(scenario: ScenarioWriter, self: Self): void {
  scenario.label('asked_who').raise('again').assign('branch', branch(2));
  for (const method of METHODS) scenario.go(`${method}_2`, `do_${verbOf(method)}`);
  for (const method of METHODS) {
    scenario.label(`${method}_2`).sendUntilAnswered(message(self, method, '2', [credentials(self)]), 'asked');
  }
}

function message(self: Self, method: (typeof METHODS)[number], sequence: string, extra: readonly string[]): string {
  const registers = method === 'REGISTER';
  const fields = ['[$headers]', ...(registers ? [contactOf(self)] : []), ...extra];
  return request(self, method, { target: '[$target]', to: registers ? self.identity : '[$target]', sequence, fields, body: '[$body]' });
}

function verbOf(method: string): string {
  return method.toLowerCase();
}

export function branch(attempt: number): string {
  return `z9hG4bK-[pid]-[call_number]-${attempt}`;
}

/** The keyword that becomes an Authorization or Proxy-Authorization header. */
export function credentials({ account }: Self): string {
  return account ? `[authentication username=${account.user} password=${account.password}]` : '';
}
