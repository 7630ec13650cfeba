import { endpointScenario } from '../../../../harness/endpoint/sipp/endpoint-scenario';

const SELF = { identity: 'sip:bob@lab.example', user: 'bob', hostPort: '127.0.0.3:5060', domain: 'lab.example' };
const ACCOUNT = { user: 'bob', password: 'secret' };
/** What sipp reads of a scenario file, octets; the rest it does not look at. */
const SIPP_READS = 65_536;

describe('the scenario that is written for an endpoint', () => {
  const text = endpointScenario({ ...SELF, account: ACCOUNT }, [486, 480, 183]);

  it('goes on only at labels that it has', () => {
    const labels = [...text.matchAll(/<label id="(\w+)"\/>/g)].map(([, name]) => name);
    const nexts = [...text.matchAll(/ next="(\w+)"/g)].map(([, name]) => name);
    expect(new Set(labels).size).toBe(labels.length);
    expect(nexts.filter((next) => !labels.includes(next))).toEqual([]);
    expect(labels.filter((label) => !nexts.includes(label) && !isEnteredFromAbove(text, label ?? ''))).toEqual([]);
  });

  it('waits further down for what ends a repetition, since sipp knows the order alone', () => {
    for (const [, next] of text.matchAll(/<send retrans="500" next="(\w+)"/g)) {
      const sends = [...text.matchAll(new RegExp(`<send retrans="500" next="${next}"`, 'g'))].map(({ index }) => index);
      expect(text.indexOf(`<label id="${next}"/>`)).toBeGreaterThan(Math.max(...sends));
    }
  });

  it('keeps a command wherever it finds the call, and takes it at the next point to rest at', () => {
    const lines = text.split('\n').filter((line) => /^<(label|recv|recvCmd|send|sendCmd|nop)\b/.test(line));
    // sipp finds from further down what is written further up, and ends a call at a command over the channel elsewhere.
    expect(lines[0]).toMatch(/^<recv request="DO" optional="global" advance_state="false"><action>.*assign_to="wanted"/);
    expect(lines.filter((line) => line.startsWith('<recvCmd>'))).toHaveLength(1);
    for (const label of ['offered', 'calling', 'established', 'talking']) {
      const at = lines.indexOf(`<label id="${label}"/>`);
      expect(lines[at + 1]).toBe(`<recv request="NONE" optional="true" condexec="wanted" condexec_inverse="true" next="${label}_told"/>`);
      const told = lines.slice(lines.indexOf(`<label id="${label}_told"/>`) + 1);
      expect(told[0]).toMatch(/<test assign_to="wanted" variable="one" compare="equal" value="0"\/>/);
      expect(told.find((line) => !line.includes(' test="do_') && line !== told[0])).toBe(`<nop next="${label}"/>`);
    }
  });

  it('names no variable that it does not set, and mentions each twice, else sipp refuses it', () => {
    const used = [...text.matchAll(/\[\$(\w+)\]| test="(\w+)"/g)].map(([, one, other]) => one ?? other);
    const set = new Set([...text.matchAll(/assign_to="([\w,]+)"/g)].flatMap(([, names = '']) => names.split(',')));
    expect(used.filter((name) => !set.has(name ?? ''))).toEqual([]);
    const referenced = /<Reference variables="([\w,]+)"\/>/.exec(text)?.[1]?.split(',') ?? [];
    expect([...set].filter((name) => !referenced.includes(name))).toEqual([]);
  });

  it('has an answer for every code that it may be told, and no other', () => {
    const codes = [...text.matchAll(/SIP\/2\.0 (\d{3}) \[\$phrase\]/g)].map(([, code]) => Number(code));
    expect(codes).toEqual([100, 180, 183, 480, 486]);
  });

  it('sends every header section to its end', () => {
    const messages = [...text.matchAll(/<send(?: [^>]*)?><!\[CDATA\[\n([\s\S]*?)\]\]><\/send>/g)].map(([, message = '']) => message);
    expect(messages.length).toBeGreaterThan(20);
    for (const message of messages) expect(message).toMatch(/\nContent-Length: (0|\[len\])\n\n/);
    for (const message of messages.filter((one) => !one.startsWith('SIP/'))) expect(message).toContain('\nMax-Forwards: 70\n');
  });

  it('is small enough for sipp to read', () => {
    const every = Array.from({ length: 60 }, (_, index) => 400 + index);
    expect(Buffer.byteLength(endpointScenario({ ...SELF, account: ACCOUNT }, every))).toBeLessThan(SIPP_READS);
  });

  it('answers no challenge without an account', () => {
    expect(text).toContain('[authentication username=bob password=secret]');
    expect(endpointScenario(SELF, [])).not.toContain('[authentication');
  });
});

/** A label that what stands above it runs into. */
function isEnteredFromAbove(text: string, label: string): boolean {
  const above = text.slice(0, text.indexOf(`<label id="${label}"/>`)).trimEnd();
  return !/(<nop next="\w+"\/>|<send[^>]* next="\w+"[^>]*><!\[CDATA\[[\s\S]*\]\]><\/send>|<recvCmd\/>)$/.test(above);
}
