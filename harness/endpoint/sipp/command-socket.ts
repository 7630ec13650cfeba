import { createSocket, type Socket } from 'node:dgram';
import type { SocketAddress } from '../../platform/socket-address.js';
import { COMMAND_METHOD, type Command, commandText } from './command-text.js';

/** Without these sipp does not look further. What makes two texts differ is their number: it takes the same for a repetition. */
const FIELDS = [
  ...['Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK-command', 'From: <sip:busyhere>;tag=1', 'To: <sip:sipp>;tag=1'],
  ...[`CSeq: 1 ${COMMAND_METHOD}`, 'Content-Length: 0'],
];

/**
 * Commands to sipp's calls under way, as datagrams to the port that it has for SIP: the only way in by which it does not end a
 * call that is at something else. They stay within the machine, and no trace takes them for SIP.
 */
export class CommandSocket {
  readonly #socket: Socket;
  #sent = 0;

  private constructor(
    socket: Socket,
    private readonly sipp: SocketAddress,
  ) {
    this.#socket = socket;
    socket.on('error', () => {}); // sipp is gone, which its process tells
  }

  static open(sipp: SocketAddress): Promise<CommandSocket> {
    const socket = createSocket('udp4');
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, sipp.address, () => {
        socket.off('error', reject);
        resolve(new CommandSocket(socket, sipp));
      });
    });
  }

  send(command: Command): void {
    const text = [`${COMMAND_METHOD} ${++this.#sent}`, ...FIELDS, commandText(command)].join('\r\n');
    this.#socket.send(Buffer.from(text), this.sipp.port, this.sipp.address, () => {});
  }

  close(): void {
    this.#socket.close();
  }
}
