import { BusyhereError } from '../../platform/errors.js';

const TOO_MUCH = 'the machine had too much to do: fewer cases at once, -j 8, or nothing else beside the run';

/** Packets that never got into a capture, as tcpdump counts them at its end in what it says; undefined before. */
export function packetsDropped(said: string): number | undefined {
  const [, packets] = /(\d+) packets? dropped by kernel/.exec(said) ?? [];
  return packets === undefined ? undefined : Number(packets);
}

/**
 * Why no verdict rests on the capture beside a host; undefined where it is whole. One that does not say whether it is may lack
 * the very packet that a case was about, and then silence is nobody's proof.
 * @param dropped packets that never got into it; undefined where its program did not count them
 */
export function captureFault(host: string, dropped: number | undefined): BusyhereError | undefined {
  if (dropped === 0) return undefined;
  const what = dropped === undefined ? 'did not say whether it lost packets' : `lost ${dropped} packets`;
  return new BusyhereError('environment', `the capture beside ${host} ${what}, so its verdicts prove nothing`, TOO_MUCH);
}
