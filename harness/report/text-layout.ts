/** Breaks a text into lines of at most `width` signs: at blanks, else after signs that join words, else anywhere. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  const words = text.split(/\s+/).filter((one) => one !== '');
  for (const piece of words.flatMap((word) => piecesOf(word, width))) {
    const glued = piece.startsWith(GLUE);
    const added = glued ? piece.slice(GLUE.length) : piece;
    const gap = glued || line === '' ? '' : ' ';
    if (line !== '' && widthOf(line) + gap.length + widthOf(added) > width) {
      lines.push(line);
      line = added;
    } else line = `${line}${gap}${added}`;
    while (widthOf(line) > width) {
      lines.push([...line].slice(0, width).join(''));
      line = [...line].slice(width).join('');
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** Marks a piece that belongs to the one before it without a blank. */
const GLUE = '\u0000';

/** A word that fits on a line as it is; of a longer one the parts that may be broken apart. */
function piecesOf(word: string, width: number): string[] {
  if (widthOf(word) <= width) return [word];
  return word.split(/(?<=[+,/=&])/).map((part, index) => (index === 0 ? part : `${GLUE}${part}`));
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
