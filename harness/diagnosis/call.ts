import type { Arrow } from './arrow.js';
import { type Leg, legKey } from './leg.js';

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
    const next = leg.vias[1];
    return next && this.legs.get(legKey(next, leg.cseq));
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
