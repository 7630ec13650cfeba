/** What an element of ours does with a torture message that the manifest's list of outcomes does not have. */
export interface ReplayDifference {
  readonly does: string;
  readonly reason: string;
}

/** By element and file. The manifests have one list for all elements, which fits some messages to endpoints only. */
export const REPLAY_DIFFERENCES: Readonly<Record<string, Readonly<Record<string, ReplayDifference>>>> = {
  endpoint: {
    'inv2543.dat': {
      does: '400',
      reason:
        'an INVITE without Contact gives a dialog no remote target (RFC 3261 §8.1.1.8); RFC 2543 user agents that send none are not served',
    },
  },
  proxy: {
    'invut.dat': { does: 'process', reason: 'RFC 4475 §3.3.6: a proxy processes it as any INVITE; the 415 is for endpoints' },
    'sdp01.dat': { does: 'process', reason: 'RFC 4475 §3.3.15 speaks of endpoints; what may be in a body is nothing to a proxy' },
  },
};
