import { formatSocketAddress, type SocketAddress } from '../../harness/platform/socket-address.js';

/** The top Via of a message as octet text, up to the end of its sent-by; folding and blanks as messages of the wild have them. */
const TOP_VIA = /((?:^|\r\n)(?:via|v)[ \t]*:\s*SIP\s*\/\s*[\d.]+\s*\/\s*)([\w-]+)(\s+)([^\s;,]+)/i;
const BRANCH = /(;\s*branch\s*=\s*)([^\s;,]+)/i;
/** A Route field, folded lines included. */
const ROUTE = /\r\nroute[ \t]*:(?:[^\r]|\r\n[ \t])*/gi;
const MAGIC_COOKIE = 'z9hG4bK';

/**
 * Makes a message of a book sendable from a socket of ours, and leaves all its other octets as they are: the top Via gets
 * the socket's address, UDP and, where it has a branch, a branch of its own; routes to the book's servers are taken out.
 * A branch that is nothing but the magic cookie stays, since the lack is what such a message is about.
 * @param unique goes to the end of the branch
 */
export function retarget(datagram: Buffer, peer: SocketAddress, unique: string): Buffer {
  const text = datagram.toString('latin1');
  const match = TOP_VIA.exec(text);
  if (!match) return datagram;
  const [whole, before = '', , blank = ''] = match;
  const sentBy = `${before}UDP${blank}${formatSocketAddress(peer)}`;
  const start = match.index + whole.length;
  const end = endOfTopVia(text, start);
  const params = text.slice(start, end).replace(BRANCH, (all, name: string, branch: string) => {
    return branch === MAGIC_COOKIE ? all : `${name}${branch}${unique}`;
  });
  return Buffer.from(`${text.slice(0, match.index)}${sentBy}${params}${text.slice(end)}`.replace(ROUTE, ''), 'latin1');
}

/** The top value ends at a comma, else where its field ends. */
function endOfTopVia(text: string, from: number): number {
  const comma = text.indexOf(',', from);
  const field = /\r\n(?![ \t])/.exec(text.slice(from));
  const line = field ? from + field.index : text.length;
  return comma >= 0 && comma < line ? comma : line;
}
