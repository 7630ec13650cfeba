/** A strict reader of the XML that our reports may hold: elements, attributes, text, references. No DTD, no comments. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Its own text, that of its children not included. */
  readonly text: string;
}

const REFERENCES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function readXml(document: string): XmlElement {
  const reader = new Reader(document);
  reader.expect(/<\?xml version="1\.0" encoding="UTF-8"\?>\s*/y);
  const root = reader.element();
  reader.expect(/\s*$/y);
  return root;
}

class Reader {
  #position = 0;

  constructor(private readonly document: string) {}

  element(): XmlElement {
    const [, name = ''] = this.expect(/<([A-Za-z][\w-]*)/y);
    const attributes: Record<string, string> = {};
    for (let match = this.accept(/\s+([A-Za-z][\w-]*)="([^"<]*)"/y); match; match = this.accept(/\s+([A-Za-z][\w-]*)="([^"<]*)"/y)) {
      const [, key = '', value = ''] = match;
      if (Object.hasOwn(attributes, key)) throw new Error(`${name} has the attribute ${key} twice`);
      attributes[key] = decode(value);
    }
    const [, closed] = this.expect(/\s*(\/)?>/y);
    return closed ? { name, attributes, children: [], text: '' } : { name, attributes, ...this.#content(name) };
  }

  #content(name: string): Pick<XmlElement, 'children' | 'text'> {
    const children: XmlElement[] = [];
    let text = '';
    for (;;) {
      text += decode(this.expect(/[^<]*/y)[0]);
      const end = this.accept(/<\/([\w-]+)\s*>/y);
      if (!end) children.push(this.element());
      else if (end[1] === name) return { children, text };
      else throw new Error(`${name} is closed by ${end[1]}`);
    }
  }

  accept(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.document);
    if (match) this.#position = pattern.lastIndex;
    return match;
  }

  expect(pattern: RegExp): RegExpExecArray {
    const match = this.accept(pattern);
    if (!match) throw new Error(`not well-formed at ${this.#position}: ${this.document.slice(this.#position, this.#position + 40)}`);
    return match;
  }
}

/** XML 1.0 section 2.2 says which characters there may be. */
function decode(text: string): string {
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text)) throw new Error('a character that XML does not allow');
  return text.replace(/&(#?\w*;?)/g, (_, reference: string) => {
    const name = reference.replace(';', '');
    const decoded = name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : REFERENCES[name];
    if (decoded === undefined || !reference.endsWith(';')) throw new Error(`&${reference} is no reference`);
    return decoded;
  });
}
