/** Header fields as they are to stand in a message. */
export type Fields = readonly (readonly [name: string, value: string])[];

const COMPACT: Readonly<Record<string, string>> = {
  v: 'via',
  f: 'from',
  t: 'to',
  i: 'call-id',
  m: 'contact',
  l: 'content-length',
  c: 'content-type',
  s: 'subject',
  k: 'supported',
  o: 'event',
};

/**
 * A SIP message as text, read with no more than a line splitter. The suite has its own on purpose: the project's parser
 * works in the server under test, and would not see its own mistakes.
 */
export class SipText {
  private constructor(
    readonly octets: Buffer,
    readonly startLine: string,
    readonly fields: Fields,
    readonly body: Buffer,
  ) {}

  /** Undefined where the octets are no message. */
  static read(octets: Buffer): SipText | undefined {
    const end = octets.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [startLine = '', ...lines] = octets.subarray(0, end).toString('utf8').split('\r\n');
    if (!/^(?:SIP\/2\.0 \d{3} .*|[A-Z]+ \S+ SIP\/2\.0)$/.test(startLine)) return undefined;
    const fields = lines.map((line) => {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).trim().toLowerCase();
      return [COMPACT[name] ?? name, line.slice(colon + 1).trim()] as const;
    });
    return new SipText(octets, startLine, fields, octets.subarray(end + 4));
  }

  /** Writes a message; Content-Length is added unless the fields have one. */
  static write(startLine: string, fields: Fields, body = ''): SipText {
    const length = Buffer.byteLength(body);
    const given = fields.some(([name]) => ['content-length', 'l'].includes(name.toLowerCase()));
    const all = given ? fields : [...fields, ['Content-Length', String(length)] as const];
    const octets = Buffer.from(`${[startLine, ...all.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n${body}`);
    const message = SipText.read(octets);
    if (!message) throw new Error(`the suite wrote no SIP message: ${startLine}`);
    return message;
  }

  get status(): number | undefined {
    const found = /^SIP\/2\.0 (\d{3})/.exec(this.startLine);
    return found ? Number(found[1]) : undefined;
  }

  get reason(): string {
    return this.startLine.slice('SIP/2.0 200 '.length);
  }

  /** The method of a request; of a response, its CSeq's. */
  get method(): string {
    if (this.status === undefined) return this.startLine.split(' ')[0] ?? '';
    return this.get('cseq')?.split(/\s+/)[1] ?? '';
  }

  get requestUri(): string {
    return this.status === undefined ? (this.startLine.split(' ')[1] ?? '') : '';
  }

  /** `INVITE` for a request, `180 INVITE` for a response. */
  get name(): string {
    return this.status === undefined ? this.method : `${this.status} ${this.method}`;
  }

  get(name: string): string | undefined {
    return this.fields.find(([field]) => field === name.toLowerCase())?.[1];
  }

  all(name: string): string[] {
    return this.fields.filter(([field]) => field === name.toLowerCase()).map(([, value]) => value);
  }

  /** Elements of a header over all its lines; commas in quotes and angle brackets part nothing. */
  list(name: string): string[] {
    return this.all(name)
      .flatMap((value) => value.match(/(?:"[^"]*"|<[^>]*>|[^,"<])+/g) ?? [])
      .map((element) => element.trim());
  }

  tag(name: 'from' | 'to'): string | undefined {
    return /;\s*tag=([^;\s]+)/i.exec(this.get(name) ?? '')?.[1];
  }

  /** The URI between the angle brackets of a header, or the whole value up to its parameters. */
  uri(name: string): string {
    const value = this.list(name)[0] ?? '';
    return /<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0] ?? '';
  }

  get branch(): string | undefined {
    return /;\s*branch=([^;,\s]+)/i.exec(this.list('via')[0] ?? '')?.[1];
  }

  get sequence(): number {
    return Number.parseInt(this.get('cseq') ?? '', 10);
  }
}

/** What RFC 3261 asks of every message, whatever it is about; one sentence for each fault. */
export function messageFaults(message: SipText): string[] {
  const faults: string[] = [];
  // RFC 3261 §8.1.1: these are mandatory in requests, and §8.2.6.2 copies them into responses.
  for (const name of ['from', 'to', 'call-id', 'cseq', 'content-length']) {
    if (message.all(name).length !== 1) faults.push(`has ${message.all(name).length} ${name} fields`);
  }
  if (message.list('via').length === 0) faults.push('has no Via');
  if (message.get('content-length') !== String(message.body.length)) {
    faults.push(`has Content-Length ${message.get('content-length')} and a body of ${message.body.length} octets`);
  }
  const isResponse = message.status !== undefined;
  const inCSeq = message.get('cseq')?.split(/\s+/)[1];
  if (!isResponse && inCSeq !== message.method) faults.push(`has the method ${inCSeq} in CSeq`);
  if (!message.tag('from')) faults.push('has no From tag');
  // RFC 3261 §8.2.6.2: any response but a 100 carries a tag.
  if (isResponse && message.status !== 100 && !message.tag('to')) faults.push('has no To tag');
  // The real server leaves it out of the ACK that it makes as a proxy (protocol §6), so that one may lack it.
  if (!isResponse && message.method !== 'ACK' && !/^\d+$/.test(message.get('max-forwards') ?? '')) faults.push('has no Max-Forwards');
  return faults.map((fault) => `${message.name} ${fault}`);
}
