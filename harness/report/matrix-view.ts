import type { Glyphs } from './glyphs.js';
import type { CellOutcome, MatrixCell, OutcomeMatrix, Verdict } from './outcome-matrix.js';
import type { Palette } from './palette.js';
import { cutText, padEnd, widthOf, wrapText } from './text-layout.js';

export interface MatrixViewOptions {
  readonly width: number;
  readonly glyphs: Glyphs;
  readonly palette: Palette;
}

const GUTTER = 3;
const WIDEST_COLUMN = 30;
const WIDEST_ROW_NAME = 28;
/** More different values in one cell than this say less than their number. */
const SHOWN_OUTCOMES = 3;

/** A piece of a cell on a line of its own: what it says, and how it is coloured. */
interface Piece {
  readonly text: string;
  paint(text: string): string;
}

/** Draws the matrix; where its columns do not fit beside each other, in several blocks one below the other. */
export function drawMatrix(matrix: OutcomeMatrix, options: MatrixViewOptions): string[] {
  const { width, glyphs, palette } = options;
  const rowWidth = Math.min(WIDEST_ROW_NAME, Math.max(13, ...matrix.rows.map((row) => widthOf(row))));
  const columns = matrix.columns.map((name) => new Column(name, matrix, options));
  const lines: string[] = [];
  for (const block of inBlocks(columns, width - rowWidth - 2)) {
    if (lines.length > 0) lines.push('');
    const titles = block.map((column) => column.titleLines());
    const height = Math.max(...titles.map((title) => title.length));
    for (let line = 0; line < height; line++) {
      const lead = line === height - 1 ? 'trust profile' : '';
      lines.push(
        joined(padEnd(lead, rowWidth), block, (column, index) => padEnd(at(titles[index], line - height), column.width), palette.faint),
      );
    }
    lines.push(palette.faint(`  ${glyphs.rule.repeat(rowWidth + block.reduce((sum, column) => sum + GUTTER + column.width, 0))}`));
    for (const row of matrix.rows) lines.push(...drawRow(row, rowWidth, block, glyphs));
  }
  return lines;
}

/** The line of a title that stands `fromEnd` (negative) from its end, so that titles sit on the rule. */
function at(title: readonly string[] | undefined, fromEnd: number): string {
  return title?.at(fromEnd) ?? '';
}

function joined(
  lead: string,
  block: readonly Column[],
  cell: (column: Column, index: number) => string,
  paint: (text: string) => string,
): string {
  return paint(`  ${lead}${block.map((column, index) => `${' '.repeat(GUTTER)}${cell(column, index)}`).join('')}`.trimEnd());
}

function drawRow(row: string, rowWidth: number, block: readonly Column[], glyphs: Glyphs): string[] {
  const cells = block.map((column) => column.pieces(row));
  const height = Math.max(...cells.map((pieces) => pieces.length));
  return Array.from({ length: height }, (_, line) => {
    const lead = padEnd(line === 0 ? cutText(row, rowWidth, glyphs.ellipsis) : '', rowWidth);
    const drawn = cells.map((pieces, index) => {
      const piece = pieces[line];
      const width = block[index]?.width ?? 0;
      return (
        ' '.repeat(GUTTER) + (piece ? piece.paint(piece.text) + ' '.repeat(Math.max(0, width - widthOf(piece.text))) : ' '.repeat(width))
      );
    });
    return `  ${lead}${drawn.join('')}`.trimEnd();
  });
}

/** Fills each block with as many columns as fit, one at least. */
function inBlocks(columns: readonly Column[], width: number): Column[][] {
  const blocks: Column[][] = [];
  let room = 0;
  for (const column of columns) {
    const needed = GUTTER + column.width;
    const last = blocks.at(-1);
    if (last && needed <= room) last.push(column);
    else {
      blocks.push([column]);
      room = width;
    }
    room -= needed;
  }
  return blocks;
}

class Column {
  readonly width: number;

  constructor(
    private readonly name: string,
    private readonly matrix: OutcomeMatrix,
    private readonly options: MatrixViewOptions,
  ) {
    const cells = matrix.rows.flatMap((row) => this.pieces(row)).map(({ text }) => widthOf(text));
    const titles = this.titleLines().map(widthOf);
    this.width = Math.max(...cells, ...titles);
  }

  titleLines(): string[] {
    return wrapText(this.options.glyphs.text(this.name), WIDEST_COLUMN);
  }

  /** What the cell of a row says, line by line. */
  pieces(row: string): Piece[] {
    const { glyphs, palette } = this.options;
    const cell = this.matrix.cell(row, this.name);
    if (!cell) return [{ text: glyphs.none, paint: palette.faint }];
    if (cell.outcomes.length > SHOWN_OUTCOMES) return this.#summary(cell);
    return cell.outcomes.map((outcome, index) => {
      const comma = index < cell.outcomes.length - 1 ? ',' : '';
      return { text: `${this.#words(outcome, cell)}${comma}`, paint: this.#paint(outcome) };
    });
  }

  #summary({ outcomes }: MatrixCell): Piece[] {
    const { glyphs, palette } = this.options;
    const sum = (verdict: Verdict): number => outcomes.reduce((total, { verdicts }) => total + (verdicts[verdict] ?? 0), 0);
    const pieces = [
      { text: `${sum('expected')} as expected`, count: sum('expected'), paint: palette.good },
      { text: `${glyphs.failed} ${sum('unexpected')} not`, count: sum('unexpected'), paint: palette.bad },
      { text: `${glyphs.unsure} ${sum('unsure')} unsure`, count: sum('unsure'), paint: palette.unsure },
      { text: `${sum('not run')} not run`, count: sum('not run'), paint: palette.faint },
    ];
    return pieces.filter(({ count }) => count > 0);
  }

  /** `486`, `✗ pending`, `200, let in`; beside other values `486 ×3`, and where only some of them are marked `486 ×3 (✗ 1)`. */
  #words({ value, letIn, verdicts, count }: CellOutcome, { outcomes }: MatrixCell): string {
    const { failed, unsure, times } = this.options.glyphs;
    const text = `${value}${letIn ? ', let in' : ''}`;
    const marks = [
      [failed, verdicts.unexpected ?? 0],
      [unsure, verdicts.unsure ?? 0],
    ] as const;
    const whole = marks.find(([, marked]) => marked === count);
    const some = marks.filter(([, marked]) => marked > 0 && !whole).map(([mark, marked]) => `${mark} ${marked}`);
    const split = outcomes.length > 1 || some.length > 0 ? ` ${times}${count}` : '';
    return `${whole ? `${whole[0]} ` : ''}${text}${split}${some.length > 0 ? ` (${some.join(', ')})` : ''}`;
  }

  #paint({ value, letIn, verdicts }: CellOutcome): (text: string) => string {
    const { palette } = this.options;
    if (verdicts.unexpected) return palette.bad;
    if (verdicts.unsure) return palette.unsure;
    if (verdicts['not run']) return palette.faint;
    return value === 'pending' || letIn ? palette.striking : palette.good;
  }
}
