import type { Attempt, AttemptEvent } from '../diagnosis/attempt.js';
import { formatSocketAddress, type SocketAddress, sameSocketAddress } from '../platform/socket-address.js';
import type { Glyphs } from './glyphs.js';
import { cutText, padEnd, widthOf, wrapText } from './text-layout.js';

export interface LadderOptions {
  readonly width: number;
  readonly glyphs: Glyphs;
  nameOf(address: SocketAddress): string | undefined;
  /** Makes the place where the response was lost stand out; leaves text alone unless given. */
  emphasise?(text: string): string;
  /** Makes lifelines and times stand back. */
  fade?(text: string): string;
}

const MARGIN = 2;
const TIME_WIDTH = 9;
const WIDEST_GAP = 34;
const NARROWEST_GAP = 16;

/**
 * Draws the attempt as a ladder of text: a column for each element, a line for each message, time in ms from the first on.
 * Where the columns would not fit, a line in words for each message.
 *
 * @returns lines of at most `width` signs
 */
export function drawLadder(attempt: Attempt, options: LadderOptions): string[] {
  const events = attempt.events
    .map((event) => atOneAddress(event, attempt))
    .sort((one, other) => one.time - other.time || one.sequence - other.sequence);
  if (events.length === 0) return [];
  const columns = columnsOf(attempt, events, options);
  const start = events[0]?.time ?? 0;
  const gap = Math.min(WIDEST_GAP, Math.floor((options.width - MARGIN - TIME_WIDTH - 8) / Math.max(1, columns.length - 1)));
  if (gap < NARROWEST_GAP) return events.flatMap((event) => lineInWords(event, start, options));
  const drawing = new Drawing(columns, gap, options);
  return [drawing.head(), ...events.map((event) => drawing.line(event, start))];
}

/** A hop stands in one column, from whatever address of it something was sent. */
function atOneAddress(event: AttemptEvent, { otherSides = [] }: Attempt): AttemptEvent {
  if (otherSides.length === 0) return event;
  const main = (address: SocketAddress): SocketAddress =>
    otherSides.find((side) => sameSocketAddress(side.address, address))?.of ?? address;
  return { ...event, source: main(event.source), destination: main(event.destination) };
}

/** The elements from the originator to the callees; who appears in no role comes last. */
function columnsOf(attempt: Attempt, events: readonly AttemptEvent[], options: LadderOptions): string[] {
  const seen = new Set(events.flatMap(({ source, destination }) => [nameIn(source, options), nameIn(destination, options)]));
  const ordered = [attempt.originator, ...attempt.hops, ...attempt.targets.map(({ address }) => address)].map((address) =>
    nameIn(address, options),
  );
  return [...new Set([...ordered.filter((name) => seen.has(name)), ...seen])];
}

function nameIn(address: SocketAddress, { nameOf, glyphs }: LadderOptions): string {
  return glyphs.text(nameOf(address) ?? formatSocketAddress(address));
}

class Drawing {
  constructor(
    private readonly columns: readonly string[],
    private readonly gap: number,
    private readonly options: LadderOptions,
  ) {}

  /** The names, each centred over its lifeline. */
  head(): string {
    const { glyphs } = this.options;
    let line = '';
    for (const [index, full] of this.columns.entries()) {
      const name = cutText(full, this.gap - 2, glyphs.ellipsis);
      const left = this.#position(index) - Math.floor(widthOf(name) / 2);
      line = padEnd(line, Math.max(left, widthOf(line) === 0 ? 0 : widthOf(line) + 1)) + name;
    }
    return line.trimEnd();
  }

  line(event: AttemptEvent, start: number): string {
    const { fade = same } = this.options;
    const from = this.columns.indexOf(nameIn(event.source, this.options));
    const to = this.columns.indexOf(nameIn(event.destination, this.options));
    const lead = padEnd(timeText(event.time - start).padStart(MARGIN + TIME_WIDTH - 1), this.#position(0));
    return `${fade(lead)}${from === to ? this.#loop(event, from) : this.#arrow(event, from, to)}`.trimEnd();
  }

  #arrow(event: AttemptEvent, from: number, to: number): string {
    const { glyphs, fade = same, emphasise = same } = this.options;
    const [left, right] = from < to ? [from, to] : [to, from];
    const lifelines = (first: number, last: number): string => this.#lifelines(first, last);
    const before = lifelines(0, left - 1);
    const after = lifelines(right + 1, this.columns.length - 1);
    const body = this.#body(event, left, right, from < to);
    const start = from < to ? glyphs.fromLeft : glyphs.fromRight;
    const end = event.lost && event.arrived !== false ? emphasise(glyphs.lost) : fade(glyphs.line);
    const drawn = event.lost ? emphasise(body) : body;
    const arrow = from < to ? `${start}${drawn}${end}` : `${end}${drawn}${start}`;
    return `${before}${arrow}${after === '' ? '' : `${' '.repeat(this.gap - 1)}${after}`}`;
  }

  /** What stands between the two lifelines: dashes, the label in their midst, the head of the arrow. */
  #body(event: AttemptEvent, left: number, right: number, rightwards: boolean): string {
    const { glyphs } = this.options;
    const inner = this.#position(right) - this.#position(left) - 1;
    const head = event.arrived === false ? glyphs.lost : rightwards ? glyphs.headRight : glyphs.headLeft;
    const label = ` ${cutText(labelOf(event, glyphs), Math.min(inner, this.gap) - 5, glyphs.ellipsis)} `;
    const dashes = inner - 1 - widthOf(label);
    const first = Math.floor(dashes / 2);
    const signs = [...`${glyphs.dash.repeat(first)}${label}${glyphs.dash.repeat(dashes - first)}`];
    for (let column = left + 1; column < right; column++) {
      const index = this.#position(column) - this.#position(left) - 1 - (rightwards ? 0 : 1);
      if (signs[index] === glyphs.dash) signs[index] = glyphs.crossing;
    }
    return rightwards ? signs.join('') + head : head + signs.join('');
  }

  /** A message that an element sends to itself. */
  #loop(event: AttemptEvent, at: number): string {
    const { glyphs } = this.options;
    return `${this.#lifelines(0, at - 1)}${glyphs.fromLeft}${glyphs.headLeft} ${labelOf(event, glyphs)}`;
  }

  #lifelines(first: number, last: number): string {
    const { glyphs, fade = same } = this.options;
    if (last < first) return '';
    const between = ' '.repeat(this.gap - 1);
    const lines = Array.from({ length: last - first + 1 }, () => fade(glyphs.line)).join(between);
    return first === 0 ? `${lines}${between}` : lines;
  }

  #position(column: number): number {
    return MARGIN + TIME_WIDTH + 2 + column * this.gap;
  }
}

function lineInWords(event: AttemptEvent, start: number, options: LadderOptions): string[] {
  const { glyphs, width, emphasise = same } = options;
  const arrow = glyphs.text('→');
  const ending = event.lost ? `  ${glyphs.lost} ended here` : event.arrived === false ? `  ${glyphs.lost} did not arrive` : '';
  const text = `${nameIn(event.source, options)} ${arrow} ${nameIn(event.destination, options)}  ${labelOf(event, glyphs)}${ending}`;
  const indent = ' '.repeat(MARGIN + TIME_WIDTH + 2);
  const lines = wrapText(text, Math.max(20, width - indent.length));
  return lines.map((line, index) => {
    const lead = index === 0 ? padEnd(timeText(event.time - start).padStart(MARGIN + TIME_WIDTH - 1), indent.length) : `${indent}`;
    return `${lead}${event.lost ? emphasise(line) : line}`;
  });
}

/** `486 Busy Here ×3` */
function labelOf(event: AttemptEvent, glyphs: Glyphs): string {
  const repeated = event.transmissions > 1 ? ` ${glyphs.times}${event.transmissions}` : '';
  return `${glyphs.text(event.label)}${repeated}`;
}

function timeText(ms: number): string {
  return ms < 10_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function same(text: string): string {
  return text;
}
