/** Breaks a text into lines of at most `width` signs, at blanks where there are any. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    while (widthOf(line) > width) {
      lines.push([...line].slice(0, width).join(''));
      line = [...line].slice(width).join('');
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** Breaks a text with a label before its first line; the further ones are indented to match. */
export function hangingText(label: string, text: string, width: number): string[] {
  const indent = ' '.repeat(widthOf(label));
  return wrapText(text, Math.max(20, width - indent.length)).map((line, index) => `${index === 0 ? label : indent}${line}`);
}

/** Signs that a terminal shows, colour codes not among them. */
export function widthOf(text: string): number {
  return [...text.replace(/\u001b\[[0-9;]*m/g, '')].length;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** The text, or its beginning and an ellipsis. For texts without colour codes. */
export function cutText(text: string, width: number, ellipsis: string): string {
  return widthOf(text) <= width ? text : [...text].slice(0, Math.max(0, width - ellipsis.length)).join('') + ellipsis;
}

/** `0.4 ms`, `12 ms`, `1.3 s`, `2 min 5 s` */
export function durationText(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1).replace(/\.0$/, '')} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** `1 case`, `6 cases` */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
