import { ContainerPlan, PortBlocks, type Seat, Seating } from '../../../../harness/lab/container/seating.js';
import { client, server, topology } from './topologies';

const places: Seat[] = [
  { name: 'proxy', kind: 'server', address: '10.0.0.10' },
  { name: 'proxy2', kind: 'server', address: '10.0.0.11' },
  { name: 'alice', kind: 'participant', address: '10.0.0.20' },
  { name: 'bob', kind: 'participant', address: '10.0.0.21' },
  { name: 'carol', kind: 'participant', address: '10.0.0.22' },
];

describe('who sits where', () => {
  it('is in the container of his own name, and strangers in those that are left', () => {
    const seating = new Seating(topology([server('east'), server('west')], [client('zoe'), client('alice'), client('carol')]), places);
    const seats = ['east', 'west', 'zoe', 'alice', 'carol'].map((name) => [name, seating.of(name).name]);
    expect(Object.fromEntries(seats)).toEqual({ east: 'proxy', west: 'proxy2', zoe: 'bob', alice: 'alice', carol: 'carol' });
  });

  it('names the places that the case uses, and nobody else', () => {
    const seating = new Seating(topology([server('lcs')], [client('bob')]), places);
    expect(seating.places.map(({ name }) => name)).toEqual(['proxy', 'bob']);
    expect(() => seating.of('carol')).toThrow('nobody of the case is called carol');
  });

  it.each([
    [
      'participants',
      topology(
        [server('lcs')],
        ['a', 'b', 'c', 'd'].map((name) => client(name)),
      ),
      'has 4 participants, and the lab containers for 3',
    ],
    ['servers', topology([server('x'), server('y'), server('z')], []), 'has 3 servers'],
    ['addresses', topology([server('lcs')], [{ ...client('bob'), address: '127.0.0.1' }]), 'bob asks for the address 127.0.0.1'],
  ])('is refused where the lab has not what the case asks: %s', (_, asked, why) => {
    expect(() => new Seating(asked, places)).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringContaining(why) }),
    );
  });
});

describe('the addresses of a case', () => {
  it('are those of its containers, with ports that no other case has', () => {
    const asked = topology([server('lcs', ['users', 'telephony'])], [client('bob')]);
    const seating = new Seating(asked, places);
    const blocks = new PortBlocks();
    const taken: number[] = [];
    const plan = new ContainerPlan(seating, blocks, (block) => taken.push(block));
    const addresses = [plan.nextBlock(), plan.nextBlock()].map((block) =>
      ['lcs/users', 'lcs/telephony', 'bob'].map((who) => block.next(who)),
    );
    expect(addresses[0]?.map(({ address }) => address)).toEqual(['10.0.0.10', '10.0.0.10', '10.0.0.21']);
    const ports = addresses.map((ofCase) => new Set(ofCase.map(({ port }) => PortBlocks.blockOf(port))));
    expect(ports).toEqual([new Set([taken[0]]), new Set([taken[1]])]);
    expect(addresses[0]?.[0]?.port).not.toBe(addresses[0]?.[1]?.port);
    expect(taken[0]).not.toBe(taken[1]);
  });

  it('end where ports do, and begin again', () => {
    const blocks = new PortBlocks();
    const all = Array.from({ length: 3_201 }, () => blocks.take());
    expect(new Set(all).size).toBe(3_200);
    expect(all.at(-1)).toBe(all[0]);
    expect(PortBlocks.portOf(3_199, 15)).toBeLessThan(65_536);
    expect(() => PortBlocks.portOf(0, 16)).toThrow(RangeError);
    expect([PortBlocks.blockOf(9_999), PortBlocks.blockOf(10_000), PortBlocks.blockOf(65_000)]).toEqual([undefined, 0, undefined]);
  });
});
