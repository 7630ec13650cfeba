import type { Command } from '../../../harness/lab/container/control-message.js';
import { RemoteEndpoint } from '../../../harness/lab/container/remote-endpoint.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import { ToldChannel } from '../../../harness/testcontainers/told-channel.js';
import { FAST_TIMERS } from '../../../harness/transaction/timer-values.js';

const DOMAIN = 'lab.example';

/** A container that does everything but what it is told not to. */
class Stage {
  readonly asked: Command['do'][] = [];
  readonly broken = new Set<Command['do']>();
  closed = false;
  readonly channel = new ToldChannel({
    ask: async ({ do: what }) => {
      this.asked.push(what);
      if (this.broken.has(what)) throw new Error(`no ${what}`);
    },
    hear: () => () => {},
    close: () => {
      this.closed = true;
    },
  });
  readonly endpoint = new RemoteEndpoint({
    element: 'bob',
    channel: this.channel,
    random: new SeededRandom(1),
    settings: {
      name: 'bob',
      timers: FAST_TIMERS,
      seed: 1,
      links: [],
      address: { address: '10.0.0.1', port: 5070 },
      domain: DOMAIN,
      role: 'client',
      persona: 'plain',
      endpoint: 'own',
      numbers: [],
    },
  });
}

/** Lets everything happen that waits for nothing. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function opened(...broken: Command['do'][]): Promise<Stage> {
  const stage = new Stage();
  await stage.endpoint.start();
  for (const what of broken) stage.broken.add(what);
  return stage;
}

describe('what could not be done while nobody waited for it', () => {
  it('is told to whoever waits next, once, and what he asks for is not done', async () => {
    const { endpoint, channel, asked } = await opened('invite', 'options');
    endpoint.invite(`sip:alice@${DOMAIN}`);
    endpoint.options(`sip:${DOMAIN}`);
    await settled();
    await expect(endpoint.register()).rejects.toThrow('no invite');
    expect(asked).not.toContain('register');
    await expect(endpoint.register()).resolves.toBeUndefined();
    await expect(channel.close()).resolves.toBeUndefined();
  });

  it('is told at the end where nobody waited before, even if the container says so only then', async () => {
    const stage = await opened('invite');
    stage.endpoint.invite(`sip:alice@${DOMAIN}`);
    await expect(stage.channel.close()).rejects.toThrow('no invite');
    expect(stage.closed).toBe(true);
  });

  it('ends the call, and the wait for an answer', async () => {
    const { endpoint, channel } = await opened('invite', 'message');
    const call = endpoint.invite(`sip:alice@${DOMAIN}`);
    const states: string[] = [];
    call.onChange(() => states.push(call.state));
    expect(await endpoint.message(`sip:alice@${DOMAIN}`, 'hello').done).toBeUndefined();
    expect(states).toEqual(['failed']);
    await expect(channel.close()).rejects.toThrow();
  });
});

it('nothing is told where nothing failed', async () => {
  const { endpoint, channel, asked } = await opened();
  endpoint.invite(`sip:alice@${DOMAIN}`);
  await endpoint.register();
  await channel.close();
  expect(asked).toEqual(['openEndpoint', 'invite', 'register']);
});
