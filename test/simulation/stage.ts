import type { IncomingCall } from '../../harness/endpoint/endpoint.js';
import { Gateway } from '../../harness/endpoint/gateway.js';
import { Messenger } from '../../harness/endpoint/messenger/messenger.js';
import { NumberTable } from '../../harness/endpoint/number-table.js';
import type { OutgoingInvitation } from '../../harness/endpoint/outgoing-invitation.js';
import { Telephone } from '../../harness/endpoint/telephone.js';
import { UserAgent } from '../../harness/endpoint/user-agent.js';
import type { DatagramNetwork } from '../../harness/platform/datagram-network.js';
import type { LinkQuality } from '../../harness/platform/link-quality.js';
import { MemoryNetwork } from '../../harness/platform/memory-network.js';
import { type Random, SeededRandom } from '../../harness/platform/random.js';
import { formatSocketAddress, type SocketAddress } from '../../harness/platform/socket-address.js';
import { VirtualClock } from '../../harness/platform/virtual-clock.js';
import { SipProxy } from '../../harness/proxy/proxy.js';
import { Recorder } from '../../harness/trace/recorder.js';
import { RFC3261_TIMERS } from '../../harness/transaction/timer-values.js';
import type { JournalEntry } from '../../harness/trust/decision.js';
import { ABSENT, type CallPlan, GATEWAY_ADDRESS, HEAL_MS, NUMBERS, type PersonPlan, type Plan, trustOf } from './plan.js';

export const DOMAIN = 'lab.example';
export const PROXY = '192.0.2.2';
const REGISTRATION_MS = 64_000;
const REGISTRATION_HEALS_MS = 8_000;

/** A call as it was placed, and as it arrived. */
export interface PlacedCall {
  readonly plan: CallPlan;
  readonly outgoing: OutgoingInvitation;
  /** What the callee's script was given; it is given nothing where the callee refused by himself. */
  readonly incoming: IncomingCall[];
  readonly cancelled: { at?: number };
}

/** From when to when a participant had an invitation or session open. */
export interface Engagement {
  readonly who: string;
  readonly from: number;
  to: number;
}

export interface Exchanged {
  readonly what: string;
  readonly from: string;
  readonly target: string;
  status: number | undefined | 'open';
}

const PERFECT: LinkQuality = { delayMs: 0.1 };

/** The elements of one plan on a simulated network, and everything that they are seen to do. */
export class Stage {
  readonly clock = new VirtualClock();
  readonly trace: Recorder;
  readonly journal: JournalEntry[] = [];
  readonly proxy: SipProxy;
  readonly agents = new Map<string, UserAgent>();
  readonly calls: PlacedCall[] = [];
  readonly messages: Exchanged[] = [];
  readonly engagements: Engagement[] = [];
  /** What was seen to be wrong while it happened. */
  readonly broken: string[] = [];
  readonly network: MemoryNetwork;
  readonly random: Random;
  readonly #byCallId = new Map<string, PlacedCall>();
  readonly #links = new Map<string, LinkQuality>();
  readonly #taken: IncomingCall[] = [];
  #healsAt = REGISTRATION_HEALS_MS;

  /** @param between put between each element and the network, under the recorder */
  constructor(
    readonly plan: Plan,
    private readonly between: (inner: DatagramNetwork) => DatagramNetwork = (inner) => inner,
  ) {
    this.random = new SeededRandom(plan.seed).fork('stage');
    this.trace = new Recorder(this.clock);
    const link = (source: SocketAddress, destination: SocketAddress) => this.#link(source, destination);
    this.network = new MemoryNetwork({ clock: this.clock, random: this.random.fork('network'), link });
    this.proxy = this.#createProxy();
    plan.people.forEach((person, index) => {
      this.agents.set(person.name, this.#createAgent(person, index));
    });
  }

  /** Opens all sockets, and registers whoever has an account, on links that lose and then heal. */
  async open(): Promise<void> {
    await this.proxy.start();
    for (const agent of this.agents.values()) await agent.start();
    const clients = this.plan.people.filter(({ kind }) => kind === 'client');
    for (const { name } of clients) this.register(name);
    this.clock.advance(REGISTRATION_MS);
    this.#healsAt = this.clock.now() + HEAL_MS;
  }

  /** Whether the links trouble what they carry now. */
  get troubled(): boolean {
    return this.clock.now() < this.#healsAt;
  }

  agent(name: string): UserAgent {
    const agent = this.agents.get(name);
    if (!agent) throw new Error(`nobody is called ${name}`);
    return agent;
  }

  person(name: string): PersonPlan | undefined {
    return this.plan.people.find((one) => one.name === name);
  }

  /** Who takes a call to a target: a registered client, or the gateway for a number that is routed there. */
  calleeOf(target: string): PersonPlan | undefined {
    if (!(target in NUMBERS)) return this.person(target);
    return this.plan.profile === 'telephony-off' ? undefined : this.person('gateway');
  }

  place(plan: CallPlan): void {
    const outgoing = this.agent(plan.caller).invite(`sip:${plan.target}@${DOMAIN}`);
    const call: PlacedCall = { plan, outgoing, incoming: [], cancelled: {} };
    this.calls.push(call);
    this.#byCallId.set(outgoing.callId, call);
    this.#watch(plan.caller, outgoing, ['calling', 'proceeding', 'ringing', 'answered']);
    const { cancelAfterMs, hangUp } = plan;
    if (cancelAfterMs !== undefined) {
      this.clock.setTimer(cancelAfterMs, () => {
        if (['calling', 'proceeding', 'ringing'].includes(outgoing.state)) call.cancelled.at = this.clock.now();
        outgoing.cancel();
      });
    }
    if (hangUp?.by === 'caller') this.#whenAnswered(outgoing, () => this.clock.setTimer(hangUp.afterMs, () => outgoing.hangUp()));
  }

  send(from: string, target: string): void {
    const exchanged: Exchanged = { what: 'MESSAGE', from, target, status: 'open' };
    this.messages.push(exchanged);
    const request = this.agent(from).message(`sip:${target}@${DOMAIN}`, 'hello');
    request.done.then((status) => {
      exchanged.status = status;
    });
  }

  register(who: string): void {
    const exchanged: Exchanged = { what: 'REGISTER', from: who, target: who, status: 'open' };
    this.messages.push(exchanged);
    this.agent(who)
      .register()
      .then(
        () => {
          exchanged.status = 200;
        },
        () => {
          exchanged.status = undefined;
        },
      );
  }

  /** Everything that is still open is given up by whoever can. */
  giveUp(): void {
    for (const { outgoing } of this.calls) outgoing.hangUp();
    for (const incoming of this.#taken) incoming.hangUp();
  }

  async close(): Promise<void> {
    await Promise.all([...this.agents.values(), this.proxy].map((element) => element.stop()));
  }

  #createProxy(): SipProxy {
    const { profile, recordRoute, people } = this.plan;
    const hasGateway = profile !== 'telephony-off' && people.some(({ kind }) => kind === 'gateway');
    const listeners = [{ name: 'default', address: { address: PROXY, port: 5060 } }];
    if (profile === 'separate-listener') listeners.push({ name: 'gateway', address: { address: PROXY, port: 5070 } });
    const nextHop = { address: GATEWAY_ADDRESS, port: 5060 };
    const route = { kind: 'number' as const, pattern: '+1*', nextHop, listener: listeners.at(-1)?.name ?? '', role: 'gateway' as const };
    const users = [...people.filter(({ kind }) => kind === 'client').map(({ name }) => name), ABSENT];
    return new SipProxy({
      name: 'lcs',
      clock: this.clock,
      random: this.random.fork('proxy'),
      network: this.trace.network('lcs', this.between(this.network)),
      timers: RFC3261_TIMERS,
      domain: DOMAIN,
      trust: trustOf(profile),
      peers: [{ role: 'gateway', address: GATEWAY_ADDRESS }],
      accounts: users.map((user) => ({ user, password: `${user}'s` })),
      routes: hasGateway ? [route] : [],
      listeners,
      recordRoute,
      journal: (entry) => this.journal.push(entry),
    });
  }

  #createAgent(person: PersonPlan, index: number): UserAgent {
    const { name, kind } = person;
    const address = kind === 'gateway' ? GATEWAY_ADDRESS : `192.0.2.${20 + index}`;
    const port = kind === 'gateway' && this.plan.profile === 'separate-listener' ? 5070 : 5060;
    const persona =
      kind === 'gateway' ? new Gateway(new NumberTable(NUMBERS)) : person.persona === 'messenger' ? new Messenger() : new Telephone();
    const agent = new UserAgent(
      {
        name,
        address: { address, port: 5060 },
        clock: this.clock,
        random: this.random.fork(`agent ${name}`),
        network: this.trace.network(name, this.between(this.network)),
        timers: RFC3261_TIMERS,
        domain: DOMAIN,
        outbound: { address: PROXY, port },
        ...(kind === 'client' && { account: { user: name, password: `${name}'s` } }),
      },
      persona,
    );
    agent.onInvitation((call) => this.#invited(person, call));
    return agent;
  }

  #invited({ name, kind, persona }: PersonPlan, incoming: IncomingCall): void {
    this.#taken.push(incoming);
    const call = this.#byCallId.get(incoming.callId);
    if (!call) return;
    call.incoming.push(incoming);
    if (persona === 'messenger' && this.engagements.some((one) => one.who === name && one.to === Number.POSITIVE_INFINITY)) {
      this.broken.push(`${name} was engaged and took the invitation ${incoming.callId}`);
    }
    this.#watch(name, incoming, ['offered', 'ignored', 'ringing', 'answered']);
    const { hangUp, reaction } = call.plan;
    if (hangUp?.by === 'callee') this.#whenAnswered(incoming, () => this.clock.setTimer(hangUp.afterMs, () => incoming.hangUp()));
    if (kind === 'gateway') return; // by the number
    if (reaction.rings) incoming.ring();
    else incoming.ignore();
    if (reaction.final === 'none') return;
    this.clock.setTimer(reaction.afterMs, () => {
      if (reaction.final === 'answer') incoming.answer();
      else incoming.reject(Number(reaction.final));
    });
  }

  #whenAnswered(call: { readonly state: string; onChange(listener: () => void): void }, then: () => void): void {
    call.onChange(() => {
      if (call.state === 'answered') then();
    });
  }

  #watch(who: string, call: { readonly state: string; onChange(listener: () => void): void }, open: readonly string[]): void {
    const engagement: Engagement = { who, from: this.clock.now(), to: Number.POSITIVE_INFINITY };
    this.engagements.push(engagement);
    call.onChange(() => {
      if (!open.includes(call.state)) engagement.to = Math.min(engagement.to, this.clock.now());
    });
  }

  /** Each link has its own share of the plan's trouble, in each direction. */
  #link(source: SocketAddress, destination: SocketAddress): LinkQuality {
    if (this.clock.now() >= this.#healsAt) return PERFECT;
    const key = `${formatSocketAddress(source)} ${formatSocketAddress(destination)}`;
    const known = this.#links.get(key);
    if (known) return known;
    const { loss, duplicate, reorder, reorderMs, delayMs } = this.plan.link;
    const dice = this.random.fork(key);
    const quality = { loss: loss * dice.fraction(), duplicate, reorder, reorderMs, delayMs: delayMs * (0.5 + dice.fraction()) };
    this.#links.set(key, quality);
    return quality;
  }
}
