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
   * Waits for a command from us, here or wherever a message does not come first.
   * @param fields variables by the name of the command's field, one line each
   * @param verbs labels to go on at, by the command's verb
   */
  command(fields: Readonly<Record<string, string>>, verbs: Readonly<Record<string, string>>): this {
    const lines = Object.entries(fields).map(([field, variable]) =>
      this.#capture(`${field}: ([^[:cntrl:]]*)`, variable, 'search_in="msg"'),
    );
    const texts = [
      this.#capture('Headers:(.*):EndOfHeaders', 'headers', 'search_in="msg"'),
      this.#capture('EndOfHeaders(.*)', 'body', 'search_in="msg"'),
    ];
    const verb = this.#capture('Do: ([[:alnum:]]*)', 'verb', 'search_in="msg"');
    const flags = Object.keys(verbs).flatMap((one) => this.#equals('verb', one, `do_${one}`));
    this.#add(`<recvCmd>${wrapped([...lines, ...texts, verb, ...flags])}</recvCmd>`);
    for (const [verb, next] of Object.entries(verbs)) this.go(next, `do_${verb}`);
    return this;
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
   * Tells us, with the message that came last. What we then command reaches sipp within a moment, and it ends the call at a
   * command that it does not wait for: messages and commands must be waited for next.
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
    this.#variables.add(flag).add('one');
    const actions = ['<assign assign_to="one" value="1"/>', `<test assign_to="${flag}" variable="one" compare="equal" value="1"/>`];
    return this.#add(`<nop>${wrapped(actions)}</nop>`);
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
