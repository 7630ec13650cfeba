/** A command to the scenario, for one call. */
export interface Command {
  readonly callId: string;
  readonly verb: string;
  /** One line each. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** What sipp takes for the method of a command that comes as a datagram. */
export const COMMAND_METHOD = 'DO';

/** As the scenario reads it. */
export function commandText({ callId, verb, fields = {}, headers = [], body = '' }: Command): string {
  const lines = Object.entries({ 'Call-ID': callId, Do: verb, ...fields }).map(([name, value]) => `${name}: ${oneLine(value)}`);
  const block = headers.map(([name, value]) => `${name}: ${oneLine(value)}`).join('\r\n');
  return [...lines, `Headers:${block}:EndOfHeaders${body}`].join('\r\n');
}

/** The scenario takes a value for one line. */
function oneLine(value: string): string {
  return value.replace(/[\r\n]+/g, ' ');
}
