/** The entry `busyhere/drachtio`: the control protocol between a drachtio-srf application and its SIP server. */
export { type DecodedFrames, encodeFrame, FrameDecoder, type FrameFault, MAX_FRAME_OCTETS } from './frame.js';
