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
    const known = this.legs.get(legKey(via, cseq)) ?? this.legs.get(legKey(via, -1));
    if (known || cseq !== -1 || via.branch === undefined) return known;
    for (const leg of this.legs.values()) if (leg.vias[0]?.branch === via.branch) return leg;
    return undefined;
  }

  /** Whether somebody answered before this CSeq: what follows is in the dialog. */
  answeredBefore(cseq: number): boolean {
    for (const leg of this.legs.values()) if (leg.cseq < cseq && leg.finals.some(isAnswer)) return true;
    return false;
  }
}

export interface CallGroup {
  readonly calls: Call[];
  lastTime: number;
}

function isAnswer(final: Arrow): boolean {
  return final.status < 300;
}
