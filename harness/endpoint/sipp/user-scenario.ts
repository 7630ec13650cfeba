/** What keeps a text from being XML, and where; lines and columns begin at 1. */
export interface XmlMistake {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

interface Tag {
  readonly name: string;
  readonly kind: 'open' | 'close' | 'whole';
  /** Of its `<`. */
  readonly offset: number;
}

/** What is no tag, from its beginning to its end. */
const ASIDES = [
  { begin: '<!--', end: '-->', what: 'this comment' },
  { begin: '<![CDATA[', end: ']]>', what: 'this CDATA section' },
  { begin: '<?', end: '?>', what: 'this processing instruction' },
] as const;

class NotXml extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The first place at which the tags of a scenario do not fit together: sipp plays such a file, but not as it was meant. What
 * else XML asks for, sipp does not care about, and scenarios that it plays as they were meant do without.
 */
export function xmlMistake(text: string): XmlMistake | undefined {
  try {
    checkNesting(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof NotXml)) throw error;
    return { ...placeOf(text, error.offset), message: error.message };
  }
}

/** Whether a scenario begins with a message of its own. */
export function beginsCalls(text: string): boolean {
  const verbs = ['send', 'recv', 'sendCmd', 'recvCmd'];
  for (const { name, kind } of tagsOf(text)) if (kind !== 'close' && verbs.includes(name)) return name === 'send';
  return false;
}

function checkNesting(text: string): void {
  const open: Tag[] = [];
  for (const tag of tagsOf(text)) {
    if (tag.kind === 'open') open.push(tag);
    if (tag.kind !== 'close') continue;
    const last = open.pop();
    if (!last) throw new NotXml(tag.offset, `</${tag.name}> closes nothing`);
    if (last.name === tag.name) continue;
    throw new NotXml(tag.offset, `</${tag.name}> stands where <${last.name}> of line ${placeOf(text, last.offset).line} is still open`);
  }
  const last = open.at(-1);
  if (last) throw new NotXml(last.offset, `<${last.name}> is never closed`);
}

/** @throws NotXml at what has no end */
function* tagsOf(text: string): Generator<Tag> {
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const aside = ASIDES.find(({ begin }) => text.startsWith(begin, at));
    if (aside) at = endOf(text, aside.end, at + aside.begin.length, () => new NotXml(at, `${aside.what} has no end, ${aside.end}`));
    else if (text.startsWith('<!', at)) at = endOfDeclaration(text, at);
    else {
      const end = endOfTag(text, at);
      yield tagIn(text.slice(at, end), at);
      at = end;
    }
  }
}

function endOf(text: string, end: string, from: number, lacking: () => Error): number {
  const found = text.indexOf(end, from);
  if (found < 0) throw lacking();
  return found + end.length;
}

/** `<!DOCTYPE …>`, which may have declarations of its own in brackets. */
function endOfDeclaration(text: string, at: number): number {
  const [whole] = matchAt(/<![^[>"']*(?:(?:"[^"]*"|'[^']*')[^[>"']*)*(?:\[[^\]]*\]\s*)?>/y, text, at) ?? [];
  if (whole === undefined) throw new NotXml(at, 'this declaration has no end, >');
  return at + whole.length;
}

/** Quoted values may have a > in them. */
function endOfTag(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index++) {
    const character = text[index];
    if (character === '>') return index + 1;
    if (character === '<') throw new NotXml(at, 'this tag has no end, >, before the next one begins');
    if (character === '"' || character === "'") index = endOfValue(text, index);
  }
  throw new NotXml(at, 'this tag has no end, >');
}

/** @returns where its closing quotation mark is */
function endOfValue(text: string, at: number): number {
  const mark = text[at] ?? '';
  const end = text.indexOf(mark, at + 1);
  // A value that goes on to another line, and to another tag there, took the mark of the next value for its own.
  if (end < 0 || /\n\s*</.test(text.slice(at, end))) throw new NotXml(at, `this quotation mark, ${mark}, is never closed`);
  return end;
}

function tagIn(written: string, offset: number): Tag {
  const [, slash, name = '', rest = ''] = /^<(\/?)([^\s/>]*)(.*)>$/s.exec(written) ?? [];
  if (name === '') throw new NotXml(offset, 'this < begins no tag; within a text write &lt;, or make the text a CDATA section');
  if (slash === '/') return { name, kind: 'close', offset };
  return { name, kind: rest.endsWith('/') ? 'whole' : 'open', offset };
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
