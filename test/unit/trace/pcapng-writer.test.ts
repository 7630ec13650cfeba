import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Attempt } from '../../../harness/diagnosis/attempt.js';
import { diagnose } from '../../../harness/diagnosis/diagnose.js';
import { diagnoseCaptures } from '../../../harness/diagnosis/diagnose-captures.js';
import { CaptureFile } from '../../../harness/trace/capture-file.js';
import type { TraceEvent } from '../../../harness/trace/event.js';
import { pcapngOfTrace } from '../../../harness/trace/pcapng-writer.js';
import { writeTraceFile } from '../../../harness/trace/trace-file.js';
import { type Host, TraceBuilder, type View } from '../diagnosis/trace-builder.js';

const STARTED = Date.UTC(2024, 0, 1);
const HORIZON = 640;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function options(end: number) {
  return { application: 'busyhere 0', startedAt: STARTED, end, comment: 'case x: pending' };
}

type Story = (trace: TraceBuilder, alice: Host, lcs: Host, bob: Host) => void;

const STORIES: Record<string, Story> = {
  delivered: (trace, alice, lcs, bob) => {
    const first = trace.invite(alice, lcs);
    first.forward(bob).ring().busy().ack();
    first.busy().ack();
  },
  swallowed: (trace, alice, lcs, bob) => {
    trace.invite(alice, lcs).forward(bob).ring().busy().ack();
  },
  'not-acked': (trace, alice, lcs, bob) => {
    trace.invite(alice, lcs).forward(bob).ring().busyRepeated(5);
  },
  misdelivered: (trace, alice, lcs, bob) => {
    const first = trace.invite(alice, lcs);
    first.forward(bob).busy().ack();
    first.busyRepeated(4, { to: { ...alice.address, port: 9 } });
  },
  'not-accepted': (trace, alice, lcs, bob) => {
    const first = trace.invite(alice, lcs);
    first.forward(bob).busy().ack();
    first.busyRepeated(4, { branch: 'z9hG4bKwrong' });
  },
  'lost-on-wire': (trace, alice, lcs, bob) => {
    const first = trace.invite(alice, lcs).respond(100, 'Trying');
    first.forward(bob).busy().ack();
    first.busyRepeated(4, { lost: true });
  },
  ringing: (trace, alice, lcs, bob) => {
    trace.invite(alice, lcs).forward(bob).ring();
  },
};

const LABS: Record<string, (trace: TraceBuilder) => [Host, Host, Host]> = {
  'addresses of their own': (trace) => [trace.host('alice', '10.0.0.1'), trace.host('lcs', '10.0.0.2'), trace.host('bob', '10.0.0.3')],
  'one address, several ports': (trace) => [
    trace.host('alice', '127.0.0.1', 5061),
    trace.host('lcs', '127.0.0.1', 5062),
    trace.host('bob', '127.0.0.1', 5063),
  ],
  IPv6: (trace) => [trace.host('alice', '2001:db8::1'), trace.host('lcs', '2001:db8::2'), trace.host('bob', '::1')],
};

/** Whose sockets are watched: all, or, as where the proxy is somebody else's, those of the two ends. */
const WATCHED: Record<string, (hosts: readonly [Host, Host, Host]) => View> = {
  'all sockets': () => 'sockets',
  'the sockets of both ends': ([alice, , bob]) => [alice, bob],
  "the caller's sockets": ([alice]) => [alice],
  "the callee's sockets": ([, , bob]) => [bob],
};

describe.each(Object.entries(LABS))('hosts with %s', (_lab, hostsOf) => {
  describe.each(Object.entries(WATCHED))('watched: %s', (_view, viewOf) => {
    test.each(Object.entries(STORIES))('a capture of our own says of %s what the trace said', async (name, story) => {
      const hosts = hostsOf(new TraceBuilder());
      const trace = new TraceBuilder(viewOf(hosts));
      story(trace, ...hosts);
      trace.wait(HORIZON);
      const [live] = diagnose(trace.events, { horizonMs: HORIZON, timerC: 180_000, end: trace.now });
      const path = join(folder, `${name}.pcapng`);
      await writeTraceFile(path, trace.events, options(trace.now));
      const { attempts, captures, notes } = await diagnoseCaptures([path], { standardInput: Readable.from([]), horizonMs: HORIZON });
      expect(attempts).toHaveLength(1);
      expect(captures[0]?.problem).toBeNull();
      expect(notes).toEqual([]);
      expect(verdictOf(attempts[0] as Attempt)).toEqual(verdictOf(live as Attempt));
    });
  });
});

function verdictOf({ outcome, originator, callee, finalAtCallee, finalAtOriginator, reached, loss, events }: Attempt) {
  return {
    outcome,
    originator,
    callee,
    finals: [finalAtCallee, finalAtOriginator],
    reached,
    loss: loss && { kind: loss.kind, hop: loss.hop, between: loss.between, certainty: loss.certainty },
    transmissions: events.map(({ label, transmissions, arrived }) => [label, transmissions, arrived]),
  };
}

test('a capture of both ends, and one taken at the proxy between them, are one story', async () => {
  const [ends, wire] = [new TraceBuilder(), new TraceBuilder('wire')];
  for (const trace of [ends, wire]) {
    STORIES.swallowed?.(trace, trace.host('alice', '10.0.0.1'), trace.host('lcs', '10.0.0.2'), trace.host('bob', '10.0.0.3'));
    trace.wait(HORIZON);
  }
  const paths = [join(folder, 'ends.pcapng'), join(folder, 'wire.pcapng')];
  await writeTraceFile(
    paths[0] as string,
    ends.events.filter(({ point }) => point !== 'lcs'),
    options(ends.now),
  );
  await writeTraceFile(paths[1] as string, wire.events, options(wire.now));
  const { attempts } = await diagnoseCaptures(paths, { standardInput: Readable.from([]), horizonMs: HORIZON });
  expect(attempts).toHaveLength(1);
  expect(attempts[0]).toMatchObject({ outcome: 'pending', loss: { kind: 'swallowed', certainty: 'seen' } });
  expect(attempts[0]?.events.map(({ transmissions }) => transmissions)).toEqual([1, 1, 1, 1, 1]);
});

test('every datagram comes back as it was, at its point and its time', async () => {
  const trace = new TraceBuilder();
  STORIES.delivered?.(trace, trace.host('alice', '10.0.0.1'), trace.host('lcs', '10.0.0.2'), trace.host('bob', '2001:db8::3'));
  const sameFamily = trace.events.filter(({ source, destination }) => source.address.includes(':') === destination.address.includes(':'));
  const pieces = [...pcapngOfTrace(sameFamily, options(trace.now))];
  const file = new CaptureFile({ name: 'x', open: async () => Readable.from(pieces), size: async () => undefined });
  const back: Partial<TraceEvent>[] = [];
  for await (const batch of file.batches()) {
    for (const { time, interfaceId, sighting, source, destination, bytes } of batch) {
      back.push({
        time: Math.round((time - STARTED) * 1000) / 1000,
        point: file.interfaces[interfaceId]?.name ?? '',
        sighting,
        source,
        destination,
        bytes,
      });
    }
  }
  expect(back).toEqual(
    sameFamily.map(({ time, point, sighting, source, destination, bytes }) => ({ time, point, sighting, source, destination, bytes })),
  );
  expect(file.interfaces.map(({ endTime }) => endTime)).toEqual(file.interfaces.map(() => STARTED + trace.now));
});

test('a file that cannot be written is an environment error', async () => {
  await expect(writeTraceFile(join(folder, 'a\0b'), [], options(0))).rejects.toMatchObject({ code: 'environment' });
});

const hasTshark = spawnSync('tshark', ['--version']).status === 0;
// Without tshark on the machine nothing can be compared; CI installs it.
(hasTshark ? test : test.skip)('tshark reads it without a complaint: checksums, lengths, interfaces, comments', async () => {
  const trace = new TraceBuilder();
  STORIES.swallowed?.(trace, trace.host('alice', '10.0.0.1'), trace.host('lcs', '10.0.0.2'), trace.host('bob', '10.0.0.3'));
  trace.invite(trace.host('dave', '2001:db8::1'), trace.host('lcs6', '2001:db8::2'), { callId: 'six' });
  const path = join(folder, 'tshark.pcapng');
  await writeTraceFile(path, trace.events, { ...options(trace.now), commentOf: (event) => (event.sequence === 3 ? 'here' : undefined) });
  const checks = ['-o', 'udp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
  const fields = [
    'frame.interface_name',
    'udp.checksum.status',
    'sip.Call-ID',
    'frame.comment',
    '_ws.malformed',
    'frame.packet_flags_direction',
  ];
  const output = execFileSync('tshark', ['-r', path, ...checks, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const rows = output
    .trimEnd()
    .split('\n')
    .map((row) => row.split('\t'));
  expect(rows).toHaveLength(trace.events.length);
  expect(rows.map(([point]) => point)).toEqual(trace.events.map(({ point }) => point));
  expect(new Set(rows.map((row) => row[1]))).toEqual(new Set(['1'])); // good
  expect(rows.filter((row) => row[3]).length).toBe(1);
  expect(rows.filter((row) => row[4])).toEqual([]);
  expect(rows.map((row) => Number(row[5]))).toEqual(trace.events.map(({ sighting }) => (sighting === 'received' ? 1 : 2)));
});
