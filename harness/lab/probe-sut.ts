import { Telephone } from '../endpoint/telephone.js';
import { UserAgent } from '../endpoint/user-agent.js';
import type { Clock } from '../platform/clock.js';
import type { DatagramNetwork } from '../platform/datagram-network.js';
import type { Random } from '../platform/random.js';
import { formatSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import type { SipResponse } from '../sip/message.js';
import { parseMessage } from '../sip/parse-message.js';
import { Recorder } from '../trace/recorder.js';
import { scaledTimers } from '../transaction/timer-values.js';

/** Somebody who asks the proxy something. */
export interface Prober {
  readonly name: string;
  readonly local: SocketAddress;
  readonly proxy: SocketAddress;
  /** The address of record. */
  readonly user: string;
  readonly domain: string;
  /** Null: it has none, and a challenge is the answer. */
  readonly password: string | null;
}

/** What came back for one request. */
export interface ProbeAnswer {
  readonly method: 'OPTIONS' | 'REGISTER';
  readonly name: string;
  /** `401 Unauthorized`, `200 OK`: every final in order, one for each try. */
  readonly finals: readonly string[];
  /** The status of the last; null where none came. */
  readonly status: number | null;
  /** From the first datagram sent to the last final, ms. */
  readonly ms: number;
  /** Contacts of others that the registrar holds for the user: it sends calls there too. */
  readonly otherContacts: readonly string[];
}

export interface ProbePorts {
  readonly clock: Clock;
  readonly network: DatagramNetwork;
  readonly random: Random;
}

/** Quicker than the RFC's, since somebody waits: without an answer it takes 3.2 s. */
const PROBE_TIMERS = scaledTimers(50);

/** Asks for the proxy's options, from a socket of one's own. */
export function probeOptions(prober: Prober, ports: ProbePorts): Promise<ProbeAnswer> {
  return probe('OPTIONS', prober, ports, async (agent) => void (await agent.options(`sip:${prober.domain}`).done));
}

/** Registers, and takes the binding away again. */
export function probeRegister(prober: Prober, ports: ProbePorts): Promise<ProbeAnswer> {
  return probe('REGISTER', prober, ports, (agent) => agent.register().catch(() => {})); // the trace says why
}

async function probe(
  method: ProbeAnswer['method'],
  prober: Prober,
  { clock, network, random }: ProbePorts,
  ask: (agent: UserAgent) => Promise<void>,
): Promise<ProbeAnswer> {
  const trace = new Recorder(clock);
  const { name, local, proxy, user, domain, password } = prober;
  const agent = new UserAgent(
    {
      name,
      address: local,
      clock,
      random: random.fork(`${method} ${name}`),
      network: trace.network(name, network),
      timers: PROBE_TIMERS,
      domain,
      identity: `sip:${user}@${domain}`,
      outbound: proxy,
      ...(password === null ? {} : { account: { user, password } }),
    },
    new Telephone(),
  );
  await agent.start();
  try {
    await ask(agent);
    const answer = answerOf(method, name, trace, local);
    if (agent.registered) await agent.unregister().catch(() => {});
    return answer;
  } finally {
    await agent.stop();
  }
}

function answerOf(method: ProbeAnswer['method'], name: string, { events }: Recorder, local: SocketAddress): ProbeAnswer {
  const finals: SipResponse[] = [];
  const began = events[0]?.time ?? 0;
  let ended = events.at(-1)?.time ?? began;
  for (const { sighting, bytes, time } of events) {
    const parsed = sighting === 'received' ? parseMessage(bytes) : undefined;
    if (!parsed?.ok || parsed.value.kind !== 'response' || parsed.value.status < 200) continue;
    const response = parsed.value;
    if (finals.some(({ cseq }) => cseq?.sequence === response.cseq?.sequence)) continue; // a retransmission
    finals.push(response);
    ended = time;
  }
  const last = finals.at(-1);
  const contacts = method === 'REGISTER' && last?.status === 200 ? last.contacts : [];
  return {
    method,
    name,
    finals: finals.map(({ status, reason }) => `${status} ${reason}`),
    status: last?.status ?? null,
    ms: ended - began,
    otherContacts: contacts.map(({ uriText }) => uriText).filter((uri) => !uri.includes(`@${formatSocketAddress(local)}`)),
  };
}
