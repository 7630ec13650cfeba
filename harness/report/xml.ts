/** A piece of an XML document: an element, or text. */
export type XmlNode =
  | string
  | { readonly name: string; readonly attributes: Readonly<Record<string, string>>; readonly children: readonly XmlNode[] };

export function element(name: string, attributes: Readonly<Record<string, string>>, children: readonly XmlNode[] = []): XmlNode {
  return { name, attributes, children };
}

/** The document as UTF-8 text, elements indented, text exactly as given. */
export function xmlDocument(root: XmlNode): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${render(root, '')}\n`;
}

function render(node: XmlNode, indent: string): string {
  if (typeof node === 'string') return escapeXml(node);
  const { name, attributes, children } = node;
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value).replaceAll('\n', '&#10;')}"`);
  const open = `${indent}<${name}${written.join('')}`;
  if (children.length === 0) return `${open}/>`;
  if (children.some((child) => typeof child === 'string'))
    return `${open}>${children.map((child) => render(child, '')).join('')}</${name}>`;
  return `${open}>\n${children.map((child) => render(child, `${indent}  `)).join('\n')}\n${indent}</${name}>`;
}

/** Characters that XML 1.0 section 2.2 does not allow become U+FFFD: they cannot be written even as references. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
