import { join } from 'node:path';
import type { SocketAddress } from '../../harness/platform/socket-address.js';
import { outputOf, Program } from './programs';

/** One SIP message on the wire, as tshark reads it. */
export interface WireMessage {
  readonly source: string;
  readonly destination: string;
  /** `INVITE`, or `486`. */
  readonly what: string;
  readonly callId: string;
  /** `2 INVITE` */
  readonly cseq: string;
}

/** A capture of loopback, taken by tcpdump. */
export class Capture {
  private constructor(
    readonly file: string,
    private readonly program: Program,
  ) {}

  /** Resolves when packets are being captured; rejects where that is not allowed. */
  static async start(folder: string, name: string, host: SocketAddress): Promise<Capture> {
    const file = join(folder, `${name}.pcap`);
    // Without --immediate-mode up to a second of packets is missing at the end; -Z root lets it write where we may.
    const args = ['-i', 'lo', '--immediate-mode', '-U', '-n', '-Z', 'root', '-w', file, 'udp', 'and', 'host', host.address];
    const program = new Program('tcpdump', args, { cwd: folder, boundMs: 60_000 });
    await program.said(/listening on/);
    return new Capture(file, program);
  }

  /** Ends the capture and gives its SIP messages in order. */
  async stop(): Promise<WireMessage[]> {
    await this.program.stop('SIGINT');
    const fields = ['ip.src', 'ip.dst', 'sip.Method', 'sip.Status-Code', 'sip.Call-ID', 'sip.CSeq'];
    const text = outputOf('tshark', '-r', this.file, '-Y', 'sip', '-T', 'fields', ...fields.flatMap((field) => ['-e', field]));
    return text
      .trim()
      .split('\n')
      .map((line) => {
        const [source = '', destination = '', method = '', status = '', callId = '', cseq = ''] = line.split('\t');
        return { source, destination, what: status || method, callId, cseq };
      });
  }
}
