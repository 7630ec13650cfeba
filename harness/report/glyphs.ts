/** The signs that reports are drawn with, in one of two alphabets. */
export interface Glyphs {
  readonly passed: string;
  readonly failed: string;
  readonly unsure: string;
  readonly notRun: string;
  readonly lost: string;
  readonly dot: string;
  readonly times: string;
  readonly none: string;
  readonly ellipsis: string;
  readonly rule: string;
  readonly bullet: string;
  readonly line: string;
  readonly dash: string;
  readonly crossing: string;
  readonly fromLeft: string;
  readonly fromRight: string;
  readonly headRight: string;
  readonly headLeft: string;
  /** The text with what this alphabet lacks put in other words. */
  text(written: string): string;
}

const UNICODE: Glyphs = {
  passed: '✓',
  failed: '✗',
  unsure: '?',
  notRun: '○',
  lost: '✗',
  dot: '·',
  times: '×',
  none: '–',
  ellipsis: '…',
  rule: '─',
  bullet: '▸',
  line: '│',
  dash: '─',
  crossing: '┼',
  fromLeft: '├',
  fromRight: '┤',
  headRight: '▶',
  headLeft: '◀',
  text: (written) => written,
};

const IN_ASCII: Readonly<Record<string, string>> = {
  '→': '->',
  '←': '<-',
  '–': '-',
  '—': '-',
  '…': '...',
  '×': 'x',
  '·': '-',
  '“': '"',
  '”': '"',
  '’': "'",
  '‘': "'",
  '\u00a0': ' ',
};

const ASCII: Glyphs = {
  passed: '+',
  failed: 'X',
  unsure: '?',
  notRun: 'o',
  lost: 'X',
  dot: '-',
  times: 'x',
  none: '-',
  ellipsis: '..',
  rule: '-',
  bullet: '>',
  line: '|',
  dash: '-',
  crossing: '+',
  fromLeft: '|',
  fromRight: '|',
  headRight: '>',
  headLeft: '<',
  text: (written) => written.replace(/[^\x20-\x7e\n]/gu, (sign) => IN_ASCII[sign] ?? '?'),
};

export function glyphsFor(hasUnicode: boolean): Glyphs {
  return hasUnicode ? UNICODE : ASCII;
}
