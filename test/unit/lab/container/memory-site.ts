import { SimulatedPlan } from '../../../../harness/lab/address-plan.js';
import type { ContainerLabOptions } from '../../../../harness/lab/container/container-lab.js';
import { ControlServer } from '../../../../harness/lab/container/control-server.js';

import type { Seat } from '../../../../harness/lab/container/seating.js';
import { type CaptureTaker, Site } from '../../../../harness/lab/container/site.js';
import { CONTROL_PORT } from '../../../../harness/lab/container/standing-lab.js';
import type { Engine } from '../../../../harness/lab/engine.js';
import type { DatagramNetwork } from '../../../../harness/platform/datagram-network.js';
import { MemoryNetwork } from '../../../../harness/platform/memory-network.js';
import { SeededRandom } from '../../../../harness/platform/random.js';
import type { SocketAddress } from '../../../../harness/platform/socket-address.js';
import type { Stream } from '../../../../harness/platform/stream-network.js';
import { VirtualClock } from '../../../../harness/platform/virtual-clock.js';
import { udpPacket } from '../../../../harness/trace/udp-packet.js';
import { RFC3261_TIMERS } from '../../../../harness/transaction/timer-values.js';
import { MemoryStreams, stall } from '../../drachtio/memory-streams';
import { pcap } from '../../trace/capture-builder';

const RAW_IP = 101;
const HEADER_OCTETS = 24;
/** How long a datagram of the harness takes to a container: captures stamp whole microseconds, and time must go on beyond them. */
const ON_THE_WAY_MS = 0.01;
export const TOKEN = 'a token of sixteen and more';
const HARNESS: SocketAddress = { address: '10.0.0.1', port: 40_000 };

/** The warm containers of a run, all in this process and in virtual time: their control channels, their wires, their captures. */
export class MemorySite {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork({ clock: this.clock, random: new SeededRandom(1) });
  readonly streams = new MemoryStreams(this.clock);
  readonly site: Site;
  readonly servers = new Map<string, ControlServer>();
  readonly lost: string[] = [];
  readonly #captures = new Map<string, CaptureTaker>();
  readonly #connections = new Map<string, Stream>();
  readonly #deaf = new Set<string>();
  readonly #hesitations = new Map<string, (text: string) => number>();

  /** @param signal the run's */
  constructor(signal?: AbortSignal) {
    const send = (payload: Buffer, to: SocketAddress): void => {
      if (this.#deaf.has(to.address)) return;
      this.clock.setTimer(ON_THE_WAY_MS, () => this.#captured(to.address, HARNESS, to, payload));
    };
    this.site = new Site({
      clock: this.clock,
      streams: {
        listen: (...listening) => this.streams.listen(...listening),
        connect: async (remote, handlers) => {
          const stream = await this.streams.connect(remote, handlers);
          this.#connections.set(remote.host, stream);
          return stream;
        },
      },
      run: 'run1',
      ...(signal ? { signal } : {}),
      socket: { local: HARNESS, send, close: async () => {} },
    });
  }

  /** Starts a container, and has the harness reach and watch it. */
  async add(name: string, kind: Seat['kind'], address: string): Promise<void> {
    const seat = { name, kind, address };
    const local = { address, port: CONTROL_PORT };
    const ports = { clock: this.clock, streams: this.streams, network: this.#tapped(address) };
    const server = new ControlServer({ ...ports, local, token: TOKEN, role: { role: kind === 'server' ? 'proxy' : 'endpoint', name } });
    await server.start();
    this.servers.set(name, server);
    const capture = this.site.watch(seat);
    capture.push(pcap(RAW_IP, []));
    this.#captures.set(address, capture);
    await this.site.reach({ ...seat, controlPort: CONTROL_PORT, token: TOKEN }, (why) => this.lost.push(`${name}: ${why}`));
  }

  /** The container at an address keeps its connection and says nothing more. */
  hang(address: string): void {
    const stream = this.#connections.get(address);
    if (stream) stall(stream);
  }

  /** The capture beside the container at an address shows nothing more that is sent there. */
  deafen(address: string): void {
    this.#deaf.add(address);
  }

  /** The container at an address sends each message so many ms later, and says at once that it has. */
  hesitate(address: string, hesitationOf: (text: string) => number): void {
    this.#hesitations.set(address, hesitationOf);
  }

  async stop(): Promise<void> {
    await this.site.stop();
    await Promise.all([...this.servers.values()].map((server) => server.stop()));
  }

  /** The network as one host has it, with all that crosses its wire in its capture. */
  #tapped(host: string): DatagramNetwork {
    return {
      bind: async (local, handlers) => {
        const socket = await this.network.bind(local, {
          ...handlers,
          datagram: (payload, source) => {
            this.#captured(host, source, local, payload);
            handlers.datagram(payload, source);
          },
        });
        return {
          local: socket.local,
          send: (payload, destination, failed) => {
            const send = (): void => {
              this.#captured(host, socket.local, destination, payload);
              socket.send(payload, destination, failed);
            };
            const hesitationMs = this.#hesitations.get(host)?.(payload.toString('latin1')) ?? 0;
            if (hesitationMs > 0) this.clock.setTimer(hesitationMs, send);
            else send();
          },
          close: () => socket.close(),
        };
      },
    };
  }

  #captured(host: string, source: SocketAddress, destination: SocketAddress, payload: Buffer): void {
    const frame = { time: this.clock.wallTime(), data: udpPacket(source, destination, payload) };
    this.#captures.get(host)?.push(pcap(RAW_IP, [frame]).subarray(HEADER_OCTETS));
  }
}

function engineOf({ clock, network }: MemorySite): Engine {
  return {
    clock,
    network,
    addresses: new SimulatedPlan(),
    realTime: false,
    leftovers: () => ({ sockets: 0, timers: 0 }),
    nextTurn: async () => {},
    complete: (work) => work,
  };
}

/** What a lab is made with in these containers. */
export const labOptions = (site: MemorySite): ContainerLabOptions => ({
  engine: engineOf(site),
  timers: RFC3261_TIMERS,
  random: new SeededRandom(7),
  site: site.site,
});
