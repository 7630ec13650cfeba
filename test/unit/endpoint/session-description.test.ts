import { parse, write } from 'sdp-transform';
import type { Media } from '../../../harness/endpoint/media';
import { TELEPHONE_AUDIO } from '../../../harness/endpoint/media';
import { ACTIONS, type Action } from '../../../harness/endpoint/messenger/action';
import { MESSENGER_MEDIA, mediaOf } from '../../../harness/endpoint/messenger/messenger-media';
import { writeAnswer, writeOffer } from '../../../harness/endpoint/session-description';
import { SeededRandom } from '../../../harness/platform/random';

const alice = { user: 'alice', address: '127.0.0.2', sessionId: 4711, version: 1 };
const bob = { user: 'bob', address: '127.0.0.3', sessionId: 4712, version: 1 };

const offerOf = (media: readonly Media[]): string => writeOffer(alice, media, new SeededRandom(1));
const answerTo = (offer: string, media: readonly Media[] = MESSENGER_MEDIA): string | undefined =>
  writeAnswer(offer, bob, media, new SeededRandom(2));
const lines = (sdp: string | undefined, type: string): string[] => (sdp ?? '').split('\r\n').filter((line) => line.startsWith(`${type}=`));

describe('an offer', () => {
  it('says who describes which session', () => {
    expect(offerOf(mediaOf('whiteboard'))).toBe(
      [
        'v=0',
        'o=alice 4711 1 IN IP4 127.0.0.2',
        's=session',
        'c=IN IP4 127.0.0.2',
        't=0 0',
        'm=application 1503 tcp msdata',
        'i=whiteboard',
        '',
      ].join('\r\n'),
    );
  });

  it.each(ACTIONS)('of %s is to the letter what the library makes of it, and in IPv6', (action) => {
    const ipv6 = writeOffer({ ...alice, address: '::1' }, mediaOf(action), new SeededRandom(3));
    for (const offer of [offerOf(mediaOf(action)), ipv6]) expect(write(parse(offer))).toBe(offer);
  });

  it.each<[Action, RegExp[]]>([
    ['voice', [/^m=audio \d+ RTP\/AVP 6 0 8 4 5 3 101$/]],
    ['camera', [/^m=audio \d+ RTP\/AVP 6 0 8 4 5 3 101$/, /^m=video \d+ RTP\/AVP 34 31$/]],
    ['application-sharing', [/^m=application 1503 tcp msdata$/]],
    ['whiteboard', [/^m=application 1503 tcp msdata$/]],
    ['remote-assistance', [/^m=application 3389 tcp rdp$/]],
  ])('of %s has its streams', (action, expected) => {
    const streams = lines(offerOf(mediaOf(action)), 'm');
    expect(streams).toHaveLength(expected.length);
    expected.forEach((pattern, index) => {
      expect(streams[index]).toMatch(pattern);
    });
  });

  it('differs from action to action', () => {
    const offers = ACTIONS.map((action) => offerOf(mediaOf(action)));
    expect(new Set(offers).size).toBe(ACTIONS.length);
  });

  it("takes even ports for RTP, odd ones being RTCP's (RFC 3550 section 11)", () => {
    for (const { port, protocol } of parse(offerOf(mediaOf('camera'))).media) {
      expect([protocol, port % 2]).toEqual(['RTP/AVP', 0]);
    }
  });

  it('names IPv6 addresses as such', () => {
    const sdp = writeOffer({ ...alice, address: '2001:db8::1' }, [TELEPHONE_AUDIO], new SeededRandom(1));
    expect(lines(sdp, 'o')).toEqual(['o=alice 4711 1 IN IP6 2001:db8::1']);
    expect(lines(sdp, 'c')).toEqual(['c=IN IP6 2001:db8::1']);
  });
});

describe('an answer', () => {
  it.each(ACTIONS)('to %s has the same streams with the same formats', (action) => {
    const offer = parse(offerOf(mediaOf(action)));
    const answer = parse(answerTo(offerOf(mediaOf(action))) ?? '');
    const shape = ({ media }: typeof offer) =>
      media.map(({ type, protocol, payloads }) => ({ type, protocol, payloads: String(payloads) }));
    expect(shape(answer)).toEqual(shape(offer));
    expect(answer.media.every(({ port }) => port > 0)).toBe(true);
  });

  it('keeps only the encodings that both have, in the order of the offer', () => {
    const answer = answerTo(
      'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18 8 0 96\r\na=rtpmap:96 opus/48000/2\r\n',
    );
    expect(lines(answer, 'm')).toEqual([expect.stringMatching(/^m=audio [1-9]\d* RTP\/AVP 8 0$/)]);
  });

  it('finds an encoding under another dynamic payload type, and answers under the type of the offer', () => {
    const sdp = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 Telephone-Event/8000\r\n';
    const answer = answerTo(sdp);
    expect(lines(answer, 'm')).toEqual([expect.stringMatching(/ RTP\/AVP 0 96$/)]);
    expect(lines(answer, 'a')).toContain('a=fmtp:96 0-16');
  });

  it('turns down a stream of which it has nothing, and keeps its line', () => {
    const answer = answerTo(offerOf(mediaOf('camera')), [TELEPHONE_AUDIO]);
    expect(lines(answer, 'm')).toEqual([expect.stringMatching(/^m=audio [1-9]\d* RTP\/AVP 0 8 101$/), 'm=video 0 RTP/AVP 34 31']);
  });

  it('leaves a stream down that the offer has down', () => {
    const offer = offerOf(mediaOf('camera')).replace(/m=video \d+/, 'm=video 0');
    expect(lines(answerTo(offer), 'm')[1]).toBe('m=video 0 RTP/AVP 34 31');
  });

  it.each([
    ['sendonly', 'recvonly'],
    ['recvonly', 'sendonly'],
    ['inactive', 'inactive'],
    ['sendrecv', 'sendrecv'],
  ])('to %s says %s', (offered, answered) => {
    const offer = `${offerOf([TELEPHONE_AUDIO])}a=${offered}\r\n`;
    expect(lines(answerTo(offer), 'a')).toContain(`a=${answered}`);
  });

  it.each([
    ['no stream that we have', 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=image 4000 udptl t38\r\n'],
    [
      'digits without a voice',
      'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n',
    ],
    ['another protocol', 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0\r\n'],
    ['no stream', 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n'],
    ['no SDP', 'hello'],
    ['nothing', ''],
  ])('is not given to %s', (_what, offer) => {
    expect(answerTo(offer)).toBeUndefined();
  });
});
