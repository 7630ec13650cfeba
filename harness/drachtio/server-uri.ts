import type { Listener } from '../transaction/listener.js';

/** Where this server is reached: the value of a Contact that an application did not give. */
export function ownContact(listener: Listener): string {
  return `<sip:${listener.sentBy}>`;
}

/**
 * `localhost` in a value means this server: srf writes `sip:1234@localhost` where it was given a number only. Behind it a
 * port may stand, which then stays.
 */
export function atOwnAddress(value: string, listener: Listener): string {
  if (!value.includes('localhost')) return value;
  const host = listener.sentBy.slice(0, listener.sentBy.lastIndexOf(':'));
  return value.replace(/(@|\bsips?:)localhost(:\d+)?(?=[;>?]|$)/g, (_, before: string, port: string | undefined) =>
    port === undefined ? `${before}${listener.sentBy}` : `${before}${host}${port}`,
  );
}

/** A URI in angle brackets, so that what follows it belongs to the header; names and brackets stay. */
export function bracketed(value: string): string {
  if (value.includes('<')) return value;
  const semicolon = value.indexOf(';');
  return semicolon < 0 ? `<${value}>` : `<${value.slice(0, semicolon)}>${value.slice(semicolon)}`;
}
