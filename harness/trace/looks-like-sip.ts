/** RFC 3261 §7.5: line ends before a start line are to be ignored. */
export function firstOctetOfSip(bytes: Buffer): number {
  let index = 0;
  while (index < bytes.length && index < 16 && (bytes[index] === 0x0d || bytes[index] === 0x0a)) index += 1;
  return index;
}

const LONGEST_START_LINE = 4096;
const REQUEST_LINE = /^[A-Z]{2,20} \S+ SIP\/2\.0\r?$/;

/** Whether this begins as a SIP message does. Cheap: for sorting SIP out of everything else on a wire, whatever the port. */
export function looksLikeSip(bytes: Buffer): boolean {
  const begin = firstOctetOfSip(bytes);
  if (bytes.length - begin < 12) return false;
  const initial = bytes[begin] as number;
  if (initial < 0x41 || initial > 0x5a) return false;
  if (initial === 0x53 && bytes.toString('latin1', begin, begin + 8) === 'SIP/2.0 ') return true;
  const end = bytes.indexOf(0x0a, begin);
  if (end === -1) return looksLikeCutRequest(bytes, begin);
  if (end - begin > LONGEST_START_LINE) return false;
  return REQUEST_LINE.test(bytes.toString('latin1', begin, end));
}

/** A packet cut within its first line still counts when it begins as a request to a SIP address. */
function looksLikeCutRequest(bytes: Buffer, begin: number): boolean {
  return /^[A-Z]{2,20} (?:sips?|tel):\S/.test(bytes.toString('latin1', begin, begin + 40));
}
