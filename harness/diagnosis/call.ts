import { MAGIC_COOKIE } from '../sip/branch.js';
import type { Arrow } from './arrow.js';
import { type Leg, legKey } from './leg.js';
import type { ViaFields } from './sip-fields.js';

/** All legs with one Call-ID. */
export class Call {
  /** The calls that B2BUAs seem to have made of one another: judged together. */
  group: CallGroup;
  readonly legs = new Map<string, Leg>();

  constructor(
    /** As in the messages; for packets that kept none, a stand-in that begins with `?`. */
    public callId: string,
    group?: CallGroup,
  ) {
    this.group = group ?? { calls: [], lastTime: 0 };
    this.group.calls.push(this);
  }

  get knowsCallId(): boolean {
    return !this.callId.startsWith('?');
  }

  /** The leg that a Via stack's next entry names. */
  parentOf(leg: Leg): Leg | undefined {
    return this.legBy(leg.vias[1], leg.cseq);
  }

  /** The leg whose own Via this is; packets that were cut off may tell no CSeq. */
  legBy(via: ViaFields | undefined, cseq: number): Leg | undefined {
    if (!via) return undefined;
    if (this.legs.size > FEW) return this.legs.get(legKey(via, cseq)) ?? this.legs.get(legKey(via, -1));
    for (const leg of this.legs.values()) {
      if ((leg.cseq === cseq || leg.cseq === -1 || cseq === -1) && isSameVia(leg.vias[0], via)) return leg;
    }
    return undefined;
  }

  /** Whether somebody answered before this CSeq: what follows is in the dialog. */
  answeredBefore(cseq: number): boolean {
    for (const leg of this.legs.values()) if (leg.cseq < cseq && leg.finals.some(isAnswer)) return true;
    return false;
  }
}

/** Up to here looking at each is quicker than making a key. */
const FEW = 8;

/** RFC 3261 §8.1.1.7: the branch is unique where it begins with the cookie; else sent-by belongs to it, as in RFC 2543. */
function isSameVia(one: ViaFields | undefined, other: ViaFields): boolean {
  if (one?.branch !== other.branch || one === undefined) return false;
  return other.branch?.startsWith(MAGIC_COOKIE) === true || (one.host === other.host && (one.port ?? 5060) === (other.port ?? 5060));
}

export interface CallGroup {
  readonly calls: Call[];
  lastTime: number;
}

function isAnswer(final: Arrow): boolean {
  return final.status < 300;
}
