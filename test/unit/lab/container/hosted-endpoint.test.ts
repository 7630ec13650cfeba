import type { ControlReply } from '../../../../harness/lab/container/control-message.js';
import { HostedEndpoint } from '../../../../harness/lab/container/hosted-endpoint.js';
import { RFC3261_TIMERS } from '../../../../harness/transaction/timer-values.js';
import { addressOf, World } from '../../endpoint/world';

const BOB = addressOf(3);

it.each(['own', 'sipjs-udp'] as const)(
  '%s lets an invitation wait that came before the harness said anything of invitations',
  async (endpoint) => {
    const world = new World();
    const told: ControlReply[] = [];
    const settings = { name: 'bob', address: BOB, domain: 'lab.example', timers: RFC3261_TIMERS, seed: 1, links: [], numbers: [] };
    const ports = { clock: world.clock, network: world.network };
    const bob = new HostedEndpoint('case1/bob', { ...settings, role: 'client', persona: 'plain', endpoint }, ports, (reply) =>
      told.push(reply),
    );
    await bob.start();
    const alice = await world.agent('alice', 2, { outbound: BOB });

    const call = alice.invite('sip:bob@lab.example');
    await world.pass(5_000);
    expect(told).toEqual([expect.objectContaining({ type: 'invitation', element: 'case1/bob', call: 1, callId: call.callId })]);
    expect(call.state).not.toBe('ringing');

    await bob.execute({ do: 'call', element: 'case1/bob', call: 1, action: { kind: 'answer' } });
    await world.pass(100);
    expect(call.state).toBe('answered');

    await bob.stop();
    await world.close();
    expect(world.clock.pendingTimers).toBe(0);
  },
);
