import type { CaptureFile } from '../trace/capture-file.js';
import type { AttemptStream } from './attempt-stream.js';
import type { ClockOffset } from './clock-offset.js';

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
  if (dropped > 0) notes.push(`${source.name}: the capturing program lost ${dropped} packets; what seems missing may be among them.`);
  if (decoder.truncated > 0) {
    notes.push(
      `${source.name}: ${decoder.truncated} of ${decoder.messages} SIP messages are cut off; capture with a snap length of 0 for all of them.`,
    );
  }
  for (const [linkType, packets] of decoder.unreadLinkTypes) {
    notes.push(`${source.name}: ${packets} packets are of link type ${linkType}, which is not read here.`);
  }
  if (decoder.streams.encrypted.size > 0) {
    notes.push(
      `${source.name}: ${decoder.streams.encrypted.size} TCP connections carry TLS, which cannot be read. Capture on a side where SIP goes ` +
        'in the clear, or have tshark decrypt it with the session keys (-o tls.keylog_file:FILE) and export the SIP as PDUs over UDP or TCP.',
    );
  }
  if (decoder.streams.gaps > 0)
    notes.push(`${source.name}: TCP segments are missing in ${decoder.streams.gaps} places; messages in them are not seen.`);
  if (decoder.fragments.abandoned > 0) notes.push(`${source.name}: ${decoder.fragments.abandoned} fragmented packets never became whole.`);
  if (decoder.messages === 0 && problem === undefined) notes.push(`${source.name}: no SIP was found in its ${decoder.packets} packets.`);
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
      ? `${clock.messages} datagrams seen in both`
      : `${clock.messages} messages seen before and after a proxy, so up to half its delay`;
  return [`The clock of ${source.name} is ${size} ${way} that of ${first}, by ${by}; times are set right by that.`];
}

function streamNotes(stream: AttemptStream): string[] {
  const notes: string[] = [];
  if (stream.unattributable > 0) notes.push(`${stream.unattributable} SIP messages name neither a call nor a branch, and are left out.`);
  if (stream.excess > 0) notes.push(`${stream.excess} messages are left out, as their calls have more of them than any lawful call.`);
  if (stream.judgedEarly > 0)
    notes.push(`${stream.judgedEarly} calls were judged before their end, as more were open at once than are held.`);
  return notes;
}
