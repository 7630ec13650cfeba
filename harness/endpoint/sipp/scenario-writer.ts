import { COMMAND_METHOD } from './command-text.js';

/** What a `recv` waits for. */
export interface Received {
  readonly request?: string;
  readonly response?: number;
  /** The label to go on at. */
  readonly next: string;
  /** Keeps Contact and Record-Route for requests within the dialog. */
  readonly dialog?: boolean;
  /** Header values to keep, by the variable's name. */
  readonly keep?: Readonly<Record<string, string>>;
}

/** The variables that take what a command says, besides its verb. */
export interface CommandTexts {
  /** Variables by the name of the command's field, one line each. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly headers: string;
  readonly body: string;
}

/**
 * Writes a scenario file of sipp: steps in the order in which they are called for, texts as they go to the wire. The order
 * counts: sipp stops sending a message again only at an answer that is waited for further down.
 */
export class ScenarioWriter {
  readonly #lines: string[] = [];
  readonly #variables = new Set<string>();
  #scratch = 0;

  constructor(private readonly name: string) {}

  label(name: string): this {
    return this.#add(`<label id="${name}"/>`);
  }

  /** Goes on at a label, always or where a variable is set. */
  go(next: string, test?: string): this {
    return this.#add(`<nop next="${next}"${test === undefined ? '' : ` test="${test}"`}/>`);
  }

  /** One of the messages that may come at this point. */
  recv({ request, response, next, dialog, keep = {} }: Received): this {
    const what = request === undefined ? `response="${response}"` : `request="${request}"`;
    const flags = dialog ? ' rrs="true"' : '';
    const kept = Object.entries(keep).map(([variable, header]) =>
      this.#capture('[^[:cntrl:]]*', variable, `search_in="hdr" header="${header}:"`),
    );
    const actions = response === undefined ? kept : [...kept, ...this.#answered()];
    return this.#add(`<recv ${what} optional="true" next="${next}"${flags}>${wrapped(actions)}</recv>`);
  }

  /**
   * Any response: sipp, which wants each code written out, takes one for a request without a method. Afterwards
   * `provisional` tells whether it was one, and `challenge` whether it was a 401 or 407, whose challenge is kept; `first` and
   * `of_invite` whether its CSeq has the number 1, and the method INVITE.
   */
  anyResponse(next: string): this {
    const actions = [
      this.#capture('SIP/2.0 ([0-9])', 'class', 'search_in="msg"'),
      this.#flag('SIP/2.0 40[17]', 'challenge', 'search_in="msg"'),
      ...this.#equals('class', '1', 'provisional'),
      ...this.#answered(),
    ];
    return this.#add(`<recv request="^$" regexp_match="true" optional="true" next="${next}" auth="true">${wrapped(actions)}</recv>`);
  }

  /**
   * Waits for the command that a call begins with, from the channel for third-party call control, or for a message.
   * @param verbs labels to go on at, by the command's verb
   */
  command(texts: CommandTexts, verbs: Readonly<Record<string, string>>): this {
    this.#add(`<recvCmd>${wrapped(this.#commanded(texts, Object.keys(verbs)))}</recvCmd>`);
    for (const [verb, next] of Object.entries(verbs)) this.go(next, `do_${verb}`);
    return this;
  }

  /**
   * Keeps a command to a call under way, whatever the call is at, until it comes to a {@link restAt} that takes commands.
   * It comes as a datagram: at one from the channel for third-party call control that finds it at anything but a `recvCmd`
   * sipp ends the call, and a message that has just come takes it from there. Write it first: sipp finds it from what is
   * written further down.
   */
  keepCommand(texts: CommandTexts, verbs: readonly string[]): this {
    const actions = [...this.#commanded(texts, verbs), ...this.#raised('wanted')];
    return this.#add(`<recv request="${COMMAND_METHOD}" optional="global" advance_state="false">${wrapped(actions)}</recv>`);
  }

  /**
   * A label to rest at until a message comes, or where a command has come, or does.
   * @param verbs labels to go on at, by the command's verb; others are ignored
   * @param messages writes what messages are waited for
   */
  restAt(label: string, verbs: Readonly<Record<string, string>>, messages: () => void): this {
    // sipp looks at a step's condition whenever something came, and passes over a step whose condition does not hold.
    const told = `${label}_told`;
    this.#variables.add('wanted');
    this.label(label).#add(`<recv request="NONE" optional="true" condexec="wanted" condexec_inverse="true" next="${told}"/>`);
    messages();
    this.rest()
      .label(told)
      .#add(`<nop>${wrapped(this.#tested('wanted', '0'))}</nop>`);
    for (const [verb, next] of Object.entries(verbs)) this.go(next, `do_${verb}`);
    return this.go(label);
  }

  /** Waits for ever, or until a message comes. */
  rest(): this {
    return this.#add('<recvCmd/>');
  }

  /** Sends once. @param next the label to go on at, if not what is written next */
  send(text: string, next?: string): this {
    return this.#add(`<send${next === undefined ? '' : ` next="${next}"`}><![CDATA[\n${text}]]></send>`);
  }

  /**
   * Sends, and sends again after 500 ms and so on, until what is waited for comes.
   * @param next the label to go on at, further down: messages must be waited for there, since sipp may stop at anything else
   */
  sendUntilAnswered(text: string, next: string): this {
    return this.#add(`<send retrans="500" next="${next}"><![CDATA[\n${text}]]></send>`);
  }

  /**
   * Tells us, with the message that came last.
   * @param next the label to go on at, if not what is written next
   */
  tell(event: string, next?: string): this {
    return this.#add(
      `<sendCmd${next === undefined ? '' : ` next="${next}"`}><![CDATA[\nCall-ID: [call_id]\nEvent: ${event}\n\n[last_message]\n]]></sendCmd>`,
    );
  }

  assign(variable: string, value: string): this {
    this.#variables.add(variable);
    return this.#add(`<nop><action><assignstr assign_to="${variable}" value="${value}"/></action></nop>`);
  }

  /** Sets a variable for {@link go}: what is only assigned counts as not set. */
  raise(flag: string): this {
    return this.#add(`<nop>${wrapped(this.#raised(flag))}</nop>`);
  }

  toString(): string {
    const reference = `<Reference variables="${[...this.#variables].join(',')}"/>`; // sipp refuses variables that are used once only
    const lines = [
      '<?xml version="1.0" encoding="UTF-8" ?>',
      `<scenario name="${this.name}">`,
      ...this.#lines,
      reference,
      '</scenario>',
      '',
    ];
    return lines.join('\n');
  }

  #capture(pattern: string, variable: string, where: string): string {
    this.#scratch += 1;
    const whole = `whole_${this.#scratch}`;
    const variables = pattern.includes('(') ? [whole, variable] : [variable];
    for (const one of variables) this.#variables.add(one);
    return `<ereg regexp="${pattern}" ${where} assign_to="${variables.join(',')}"/>`;
  }

  #commanded({ fields = {}, headers, body }: CommandTexts, verbs: readonly string[]): string[] {
    return [
      ...Object.entries(fields).map(([field, variable]) => this.#capture(`${field}: ([^[:cntrl:]]*)`, variable, 'search_in="msg"')),
      this.#capture('Headers:(.*):EndOfHeaders', headers, 'search_in="msg"'),
      this.#capture('EndOfHeaders(.*)', body, 'search_in="msg"'),
      this.#capture('Do: ([[:alnum:]]*)', 'verb', 'search_in="msg"'),
      ...verbs.flatMap((verb) => this.#equals('verb', verb, `do_${verb}`)),
    ];
  }

  #raised(flag: string): string[] {
    return this.#tested(flag, '1');
  }

  /** Sets a flag, or unsets it where the value is not 1. */
  #tested(flag: string, value: string): string[] {
    this.#variables.add(flag).add('one');
    return ['<assign assign_to="one" value="1"/>', `<test assign_to="${flag}" variable="one" compare="equal" value="${value}"/>`];
  }

  /** What a response answers. Only while a message is being received can sipp look into it. */
  #answered(): string[] {
    const where = 'search_in="hdr" header="CSeq:"';
    return [
      this.#capture('[0-9]+', 'number', where),
      ...this.#equals('number', '1', 'first'),
      this.#capture('[A-Z]+', 'method', where),
      ...this.#equals('method', 'INVITE', 'of_invite'),
    ];
  }

  /** A flag that is set or not set anew: one by a pattern stays as it is where the pattern does not match. */
  #equals(variable: string, value: string, flag: string): string[] {
    this.#variables.add('difference').add(flag);
    return [
      `<strcmp assign_to="difference" variable="${variable}" value="${value}"/>`,
      `<test assign_to="${flag}" variable="difference" compare="equal" value="0"/>`,
    ];
  }

  #flag(pattern: string, variable: string, where: string): string {
    this.#variables.add(variable);
    return `<ereg regexp="${pattern}" ${where} assign_to="${variable}"/>`;
  }

  #add(line: string): this {
    this.#lines.push(line);
    return this;
  }
}

function wrapped(actions: readonly string[]): string {
  return actions.length === 0 ? '' : `<action>${actions.join('')}</action>`;
}
