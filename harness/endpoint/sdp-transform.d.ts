/** What we use of sdp-transform 3, which ships no types. `invalid` is its name for attributes that it does not know. */
declare module 'sdp-transform' {
  export interface MediaSection {
    type: string;
    port: number;
    protocol: string;
    /** A number where the line has a single one. */
    payloads: string | number;
    description?: string;
    connection?: { version: number; ip: string };
    direction?: string;
    rtp?: { payload: number; codec: string; rate?: number; encoding?: number }[];
    fmtp?: { payload: number; config: string }[];
    rtcp?: { port: number };
    invalid?: { value: string }[];
  }
  export interface Description {
    version?: number;
    origin?: { username: string; sessionId: number | string; sessionVersion: number; netType: string; ipVer: number; address: string };
    name?: string;
    connection?: { version: number; ip: string };
    bandwidth?: { type: string; limit: number | string }[];
    timing?: { start: number; stop: number };
    direction?: string;
    media: MediaSection[];
  }
  export function parse(sdp: string): Description;
  export function write(description: Description): string;
}
