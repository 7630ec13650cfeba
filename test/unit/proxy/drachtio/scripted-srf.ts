import type { ConnectOptions, SrfConnection } from '../../../../harness/proxy/drachtio/connect-srf';
import type {
  Srf,
  SrfB2buaOptions,
  SrfContent,
  SrfDialog,
  SrfFailure,
  SrfReply,
  SrfRequest,
  SrfResponse,
  SrfSentRequest,
} from '../../../../harness/proxy/drachtio/srf-port';

type Listener = (...args: never[]) => void;

/** Listeners by event, as the library's objects have them. */
class Events {
  readonly #listeners = new Map<string, Listener[]>();

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  emit(event: string, ...args: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) (listener as (...args: unknown[]) => void)(...args);
  }
}

/** A response as it was sent, and the codes that the library knows. */
export interface Sent {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export class ScriptedResponse implements SrfResponse {
  readonly sent: Sent[] = [];

  get finalResponseSent(): boolean {
    return this.sent.some(({ status }) => status >= 200);
  }

  get statuses(): number[] {
    return this.sent.map(({ status }) => status);
  }

  send(status: number, reason?: string | SrfContent, content: SrfContent = {}): void {
    if (status === 499 || status === 699) throw new Error('Response#send: status is required and must be a valid sip response code');
    if (this.finalResponseSent) throw new Error('a second final response');
    const { headers = {}, body = '' } = typeof reason === 'object' ? reason : content;
    this.sent.push({ status, reason: typeof reason === 'string' ? reason : '', headers, body });
  }
}

export class ScriptedRequest extends Events implements SrfRequest {
  readonly body: string;

  constructor(
    readonly raw: string,
    readonly source_address: string,
    readonly source_port: number,
    readonly receivedOn = '192.0.2.200:5060',
  ) {
    super();
    this.body = raw.slice(raw.indexOf('\r\n\r\n') + 4);
  }

  get method(): string {
    return this.raw.slice(0, this.raw.indexOf(' '));
  }
}

/** A request that the server was told to send. */
export class ScriptedSent extends Events implements SrfSentRequest {
  readonly raw = '';
  readonly body = '';
  readonly source_address: string;
  readonly source_port: number;
  cancels = 0;

  constructor(contact: string | undefined) {
    super();
    const match = /<sip:([\d.]+):(\d+)>/.exec(contact ?? '<sip:192.0.2.200:5060>');
    this.source_address = match?.[1] ?? '';
    this.source_port = Number(match?.[2]);
  }

  cancel(): void {
    this.cancels += 1;
  }
}

export class ScriptedDialog extends Events implements SrfDialog {
  destroyed = 0;
  readonly modified: string[] = [];
  readonly requested: ({ method: string } & SrfContent)[] = [];
  /** What the other side answers to a re-INVITE or a request. */
  reply: { status: number; body?: string } = { status: 200, body: 'answer' };

  constructor(readonly res: SrfReply) {
    super();
  }

  async destroy(): Promise<void> {
    this.destroyed += 1;
  }

  async modify(sdp: string): Promise<string> {
    this.modified.push(sdp);
    if (this.reply.status >= 300) throw { status: this.reply.status } satisfies SrfFailure;
    return this.reply.body ?? '';
  }

  async request(options: { method: string } & SrfContent): Promise<SrfReply> {
    this.requested.push(options);
    return reply(this.reply.status, { body: this.reply.body ?? '' });
  }
}

/** A response of the callee's, by default from bob's address. */
export function reply(
  status: number,
  options: { from?: string; headers?: readonly string[]; body?: string; reason?: string; method?: string } = {},
): SrfReply {
  const { from = '192.0.2.2:5060', headers = [], body = '', reason = 'Test', method = 'INVITE' } = options;
  const [source_address = '', port = '0'] = from.split(':');
  const lines = [
    `SIP/2.0 ${status} ${reason}`,
    'Via: SIP/2.0/UDP 192.0.2.200;branch=z9hG4bKleg',
    'From: <sip:carol@lab.example>;tag=ours',
    'To: <sip:bob@lab.example>;tag=bobs',
    'Call-ID: of-the-leg',
    `CSeq: 1 ${method}`,
    ...headers,
    `Content-Length: ${body.length}`,
  ];
  return { status, body, raw: `${lines.join('\r\n')}\r\n\r\n${body}`, source_address, source_port: Number(port) };
}

/** One `createB2BUA`, whose callee does what the test says. */
export class ScriptedLeg {
  readonly sent: ScriptedSent;
  #settle: { resolve: (dialogs: { uas: SrfDialog; uac: SrfDialog }) => void; reject: (failure: unknown) => void } | undefined;
  readonly outcome: Promise<{ uas: SrfDialog; uac: SrfDialog }>;

  constructor(
    readonly uri: string,
    readonly options: SrfB2buaOptions,
    private readonly res: SrfResponse,
    private readonly cbRequest: (error: unknown, sent: SrfSentRequest | undefined) => void,
  ) {
    this.sent = new ScriptedSent(options.headers.Contact);
    this.outcome = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  /** The server says that the INVITE is out. */
  confirm(): this {
    this.cbRequest(null, this.sent);
    return this;
  }

  ring(status = 180): void {
    const provisional = reply(status);
    this.res.send(status, 'Ringing', { headers: this.options.responseHeaders(provisional) });
  }

  async reject(status: number, options: Parameters<typeof reply>[1] = {}): Promise<void> {
    this.#settle?.reject({ status, res: reply(status, options) });
    await turn();
  }

  /** The server gives up: its own word, from no address. */
  async rejectByServer(status: number): Promise<void> {
    this.#settle?.reject({ status, res: { ...reply(status), source_address: '' } });
    await turn();
  }

  async fail(error: Error): Promise<void> {
    this.#settle?.reject(error);
    await turn();
  }

  async answer(): Promise<{ uas: ScriptedDialog; uac: ScriptedDialog }> {
    const final = reply(200);
    this.res.send(200, 'OK', { headers: this.options.responseHeaders(final) });
    const dialogs = { uas: new ScriptedDialog(reply(200)), uac: new ScriptedDialog(final) };
    this.#settle?.resolve(dialogs);
    await turn();
    return dialogs;
  }
}

/** Lets promises that are settled have their say. */
export async function turn(): Promise<void> {
  for (let round = 0; round < 10; round++) await Promise.resolve();
}

export interface Outgoing {
  readonly uri: string;
  readonly options: { method: string; proxy: string } & SrfContent;
  readonly sent: ScriptedSent;
}

/** drachtio-srf without a server: requests come from the test, and go to it. */
export class ScriptedSrf implements Srf {
  readonly legs: ScriptedLeg[] = [];
  readonly outgoing: Outgoing[] = [];
  /** The error that the server answers a request with. */
  refuses: Error | undefined;
  #options: ConnectOptions | undefined;
  closed = 0;

  readonly connect = async (options: ConnectOptions): Promise<SrfConnection> => {
    this.#options = options;
    return {
      srf: this,
      sip: [],
      close: async () => {
        this.closed += 1;
      },
    };
  };

  get methods(): readonly string[] {
    return this.#options?.methods ?? [];
  }

  use(): void {}

  deliver(req: ScriptedRequest): ScriptedResponse {
    const res = new ScriptedResponse();
    this.#options?.handle(req, res);
    return res;
  }

  createB2BUA(
    _req: SrfRequest,
    res: SrfResponse,
    uri: string,
    options: SrfB2buaOptions,
    progress: { cbRequest: (error: unknown, sent: SrfSentRequest | undefined) => void },
  ): Promise<{ uas: SrfDialog; uac: SrfDialog }> {
    const leg = new ScriptedLeg(uri, options, res, progress.cbRequest);
    this.legs.push(leg);
    return leg.outcome;
  }

  request(
    uri: string,
    options: { method: string; proxy: string } & SrfContent,
    sent: (error: unknown, request: SrfSentRequest | undefined) => void,
  ): void {
    if (this.refuses) return sent(this.refuses, undefined);
    const request = new ScriptedSent(options.headers?.Contact);
    this.outgoing.push({ uri, options, sent: request });
    sent(null, request);
  }
}
