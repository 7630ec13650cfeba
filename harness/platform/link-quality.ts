import type { Random } from './random.js';
import type { SocketAddress } from './socket-address.js';

/** What a link does to datagrams; probabilities from 0 to 1, times in ms. */
export interface LinkQuality {
  readonly delayMs: number;
  readonly loss?: number;
  readonly duplicate?: number;
  /** The share of datagrams that are held back by up to {@link reorderMs} more, and so may be overtaken. */
  readonly reorder?: number;
  readonly reorderMs?: number;
}

/** The quality of the link from one address to another. */
export type LinkBetween<Quality = LinkQuality> = (source: SocketAddress, destination: SocketAddress) => Quality;

/** Draws what becomes of one datagram: the time that each copy is under way, in ms. None: it is lost. */
export function drawJourneys(link: LinkQuality, random: Random): number[] {
  if (link.loss && random.fraction() < link.loss) return [];
  const copies = link.duplicate && random.fraction() < link.duplicate ? 2 : 1;
  return Array.from({ length: copies }, () => {
    const late = link.reorder && random.fraction() < link.reorder ? random.fraction() * (link.reorderMs ?? link.delayMs) : 0;
    return link.delayMs + late;
  });
}
