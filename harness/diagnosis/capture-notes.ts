import type { CaptureFile } from '../trace/capture-file.js';
import type { AttemptStream } from './attempt-stream.js';
import type { ClockOffset } from './clock-offset.js';
import { countText } from './wording.js';

/** What is to be known before trusting a diagnosis: what could not be read, and what was estimated. */
export function captureNotes(files: readonly CaptureFile[], offsets: readonly (ClockOffset | null)[], stream: AttemptStream): string[] {
  return [
    ...files.flatMap((file, index) => [...fileNotes(file), ...clockNotes(files, file, offsets[index] ?? null, index)]),
    ...streamNotes(stream),
  ];
}

function fileNotes(file: CaptureFile): string[] {
  const { decoder, interfaces, problem, unfinished, source } = file;
  const notes: string[] = [];
  if (problem !== undefined) notes.push(`${problem}.`);
  if (unfinished !== undefined) notes.push(`${unfinished}.`);
  const dropped = interfaces.reduce((sum, one) => sum + (one.dropped ?? 0), 0);
  if (dropped > 0)
    notes.push(`${source.name}: the capturing program lost ${countText(dropped, 'packet')}; what seems missing may be among them.`);
  if (decoder.truncated > 0) {
    notes.push(
      `${source.name}: cut off: ${decoder.truncated} of ${countText(decoder.messages, 'SIP message')}; capture with a snap length of 0 for all of them.`,
    );
  }
  for (const [linkType, packets] of decoder.unreadLinkTypes) {
    notes.push(`${source.name}: ${countText(packets, 'packet')} of link type ${linkType}, which is not read here.`);
  }
  if (decoder.streams.encrypted.size > 0) {
    notes.push(
      `${source.name}: ${countText(decoder.streams.encrypted.size, 'TCP stream')} of TLS, which cannot be read. Capture on a side where SIP goes ` +
        'in the clear, or have tshark decrypt it with the session keys (-o tls.keylog_file:FILE) and export the SIP as PDUs over UDP or TCP.',
    );
  }
  if (decoder.streams.gaps > 0)
    notes.push(`${source.name}: TCP segments are missing in ${countText(decoder.streams.gaps, 'place')}; messages in them are not seen.`);
  if (decoder.fragments.unfinished > 0)
    notes.push(
      `${source.name}: of ${countText(decoder.fragments.unfinished, 'fragmented packet')} parts are missing; messages in them are not seen.`,
    );
  if (decoder.messages === 0 && problem === undefined)
    notes.push(`${source.name}: no SIP was found in its ${countText(decoder.packets, 'packet')}.`);
  return notes;
}

function clockNotes(files: readonly CaptureFile[], { source }: CaptureFile, clock: ClockOffset | null, index: number): string[] {
  if (index === 0) return [];
  const first = files[0]?.source.name ?? '';
  if (!clock) return [`${source.name} has no message in common with the others: its clock is taken to be right.`];
  if (Math.abs(clock.offset) < 1) return [];
  const way = clock.offset > 0 ? 'behind' : 'ahead of';
  const gap = Math.abs(clock.offset);
  const size = gap < 1000 ? `${gap.toFixed(1)} ms` : `${(gap / 1000).toFixed(3)} s`;
  const by =
    clock.by === 'datagrams'
      ? `${countText(clock.messages, 'datagram')} seen in both`
      : `${countText(clock.messages, 'message')} seen before and after a proxy, so up to half its delay`;
  return [`The clock of ${source.name} is ${size} ${way} that of ${first}, by ${by}; times are set right by that.`];
}

function streamNotes(stream: AttemptStream): string[] {
  const notes: string[] = [];
  if (stream.unattributable > 0)
    notes.push(`Left out: ${countText(stream.unattributable, 'SIP message')} with neither Call-ID nor branch.`);
  if (stream.excess > 0)
    notes.push(`Left out: ${countText(stream.excess, 'message')} of calls that have more of them than any lawful call.`);
  if (stream.judgedEarly > 0)
    notes.push(`Judged before the end: ${countText(stream.judgedEarly, 'call')}, as more were open at once than are held.`);
  return notes;
}
