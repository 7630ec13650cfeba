import { Readable } from 'node:stream';
import type { Attempt } from '../../../harness/diagnosis/attempt.js';
import { diagnoseCaptures } from '../../../harness/diagnosis/diagnose-captures.js';
import { EPOCH, pcap, udp } from '../trace/capture-builder.js';
import { TraceBuilder } from './trace-builder.js';

const RECORD_HEAD = 16;

/** A call whose 486 goes all the way, as a capture of which the messages after the one named are spoilt. */
async function diagnosed(spoilt: readonly number[], waitMs = 5000): Promise<{ attempt: Attempt; problem: string | null }> {
  const trace = new TraceBuilder('wire');
  const [alice, lcs, bob] = [trace.host('alice', '10.0.0.1'), trace.host('lcs', '10.0.0.2'), trace.host('bob', '10.0.0.3')];
  const first = trace.invite(alice, lcs).respond(100, 'Trying');
  first.forward(bob).ring().busy().ack();
  first.busy().ack();
  trace.wait(waitMs);
  trace.datagram('OPTIONS sip:a SIP/2.0\r\nCall-ID: other\r\n\r\n', alice.address, lcs.address, { from: alice, to: lcs });
  const frames = trace.events.map(({ time, source, destination, bytes }) => ({
    time: EPOCH + time,
    data: udp(source, destination, bytes.toString('latin1')),
  }));
  const file = pcap(101, frames);
  let at = 24;
  for (const [index, { data }] of frames.entries()) {
    const end = at + RECORD_HEAD + data.length;
    if (spoilt.includes(index)) file.fill(0xa5, at, end);
    at = end;
  }
  const { attempts, captures } = await diagnoseCaptures(['-'], { standardInput: Readable.from([file]) });
  const [attempt] = attempts;
  if (!attempt) throw new Error('no attempt was found');
  return { attempt, problem: captures[0]?.problem ?? null };
}

const UPSTREAM_FINAL = 6;
const ORIGINATORS_ACK = 7;

test('whole, the final is delivered', async () => {
  expect(await diagnosed([])).toMatchObject({ attempt: { outcome: 'delivered', loss: null }, problem: null });
});

test('where the final on its last way is spoilt, its ACK tells of it', async () => {
  expect(await diagnosed([UPSTREAM_FINAL])).toMatchObject({ attempt: { outcome: 'delivered', loss: null } });
});

test('where all that would show it is spoilt, nothing is said to be seen', async () => {
  const { attempt, problem } = await diagnosed([UPSTREAM_FINAL, ORIGINATORS_ACK]);
  expect(problem).toMatch(/the file is damaged here/);
  expect(attempt.loss).toMatchObject({ kind: 'swallowed', certainty: 'unknown' });
  expect(attempt.loss?.reason).toContain('A part of the capture from that time could not be read');
});

test('damage long after a call bears on nothing', async () => {
  const { attempt } = await diagnosed([8], 60_000);
  expect(attempt).toMatchObject({ outcome: 'delivered', loss: null, notes: [] });
});
