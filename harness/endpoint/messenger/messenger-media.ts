import type { DataMedia, Media, RtpMedia } from '../media.js';
import { PCMA, PCMU, TELEPHONE_EVENT } from '../media.js';
import type { Action } from './action.js';

/** Audio as the product's SDP example lists it ([MS-SDP] 2.2), less the encodings under its own names. */
const AUDIO: RtpMedia = {
  kind: 'rtp',
  type: 'audio',
  codecs: [
    { payload: 6, name: 'DVI4', rate: 16000 },
    PCMU,
    PCMA,
    { payload: 4, name: 'G723', rate: 8000 },
    { payload: 5, name: 'DVI4', rate: 8000 },
    { payload: 3, name: 'GSM', rate: 8000 },
    TELEPHONE_EVENT,
  ],
};

/** Video as in the same example: H.263, then H.261 ([MS-SDP] 2.2). */
const VIDEO: RtpMedia = {
  kind: 'rtp',
  type: 'video',
  codecs: [
    { payload: 34, name: 'H263', rate: 90000 },
    { payload: 31, name: 'H261', rate: 90000 },
  ],
};

/** T.120 data by way of NetMeeting: `m=application 1503 tcp msdata`, the same for both uses ([MS-SDP] 3.1.5.2.1); the title is ours. */
const APPLICATION_SHARING: DataMedia = { kind: 'data', port: 1503, format: 'msdata', title: 'application sharing' };
const WHITEBOARD: DataMedia = { kind: 'data', port: 1503, format: 'msdata', title: 'whiteboard' };

/** No public text gives the line; ours names what Windows XP's Remote Assistance carries, RDP on its port 3389. */
const REMOTE_ASSISTANCE: DataMedia = { kind: 'data', port: 3389, format: 'rdp', title: 'remote assistance' };

const MEDIA_OF: Readonly<Record<Action, readonly Media[]>> = {
  voice: [AUDIO],
  camera: [AUDIO, VIDEO],
  'application-sharing': [APPLICATION_SHARING],
  whiteboard: [WHITEBOARD],
  'remote-assistance': [REMOTE_ASSISTANCE],
};

/** The streams that an invitation to the action offers, in the order of their `m=` lines. */
export function mediaOf(action: Action): readonly Media[] {
  return MEDIA_OF[action];
}

/** All streams that a Messenger can take, for answering any offer of another. */
export const MESSENGER_MEDIA: readonly Media[] = [AUDIO, VIDEO, APPLICATION_SHARING, WHITEBOARD, REMOTE_ASSISTANCE];
