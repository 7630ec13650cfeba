import { beginsCalls, xmlMistake } from '../../../../harness/endpoint/sipp/user-scenario';

const SOUND = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<!DOCTYPE scenario SYSTEM "sipp.dtd" [ <!ENTITY who "a > b"> ]>
<!-- <scenario> of old -- with <send> and "quotes -->
<scenario name='say "486"'>
  <recv request="INVITE" rrs='true' />
  <nop><action><ereg regexp="<sip:([^>]+)>" search_in="hdr" assign_to="who"/></action></nop>
  <send retrans="500">
    <![CDATA[

      SIP/2.0 486 Busy Here
      To: <sip:[service]@x>
      X: </send> it's <open>
    ]]>
  </send>
</scenario>
`;

describe('a scenario of the user’s for sipp', () => {
  it.each([SOUND, SOUND.replaceAll('\n', '\r\n'), '', 'no tags & no sense'])('is left to sipp where its tags fit together', (text) => {
    expect(xmlMistake(text)).toBeUndefined();
  });

  it.each([
    ['<scenario name="x"><recv request="INVITE"><send>', 1, 43, '<send> is never closed'],
    ['<scenario>\n  <recv request="INVITE">\n</scenario>', 3, 1, '</scenario> stands where <recv> of line 2 is still open'],
    ['<scenario>\n</scenario>\n </send>', 3, 2, '</send> closes nothing'],
    ['<scenario>\n  <send><![CDATA[\n</send></scenario>', 2, 9, 'this CDATA section has no end, ]]>'],
    ['<scenario>\n<!-- </scenario>', 2, 1, 'this comment has no end, -->'],
    ['<?xml version="1.0"', 1, 1, 'this processing instruction has no end, ?>'],
    ['<!DOCTYPE scenario [', 1, 1, 'this declaration has no end, >'],
    ['<scenario>\n  <recv request="INVITE"\n  <send/></scenario>', 2, 3, 'this tag has no end, >, before the next one begins'],
    ['<scenario>\n  <recv request="INVITE/>\n  <pause milliseconds="5"/></scenario>', 2, 17, 'this quotation mark, ", is never closed'],
    ['<scenario name="x></scenario>', 1, 16, 'this quotation mark, ", is never closed'],
    ['<scenario', 1, 1, 'this tag has no end, >'],
    ['<scenario>a < b></scenario>', 1, 13, 'this < begins no tag; within a text write &lt;, or make the text a CDATA section'],
  ])('is told where they do not: %j', (text, line, column, message) => {
    expect(xmlMistake(text)).toEqual({ line, column, message });
  });

  it('begins calls, or waits for them: as its first message says', () => {
    expect(beginsCalls(SOUND)).toBe(false);
    expect(beginsCalls('<scenario><!-- <recv> --><nop/><send retrans="500"><![CDATA[ <recv> ]]></send><recv/></scenario>')).toBe(true);
    expect(beginsCalls('')).toBe(false);
  });

  it('is read in a time that grows with it, whatever it is', () => {
    const text = '<!x"'.repeat(20_000);
    expect(xmlMistake(text)).toMatchObject({ line: 1, column: 1 });
  });
});
