import { skip, TOKEN } from './characters.js';
import { type Params, parseParams } from './params.js';
import { accepted, type Outcome, refused } from './parsed.js';

/** The value of a Content-Type (RFC 3261 §20.15). */
export interface MediaType {
  /** `application/sdp`, in lower case. */
  readonly type: string;
  readonly params: Params;
}

export function parseMediaType(text: string): Outcome<MediaType, string> {
  const head = /^[^\s/;]+[ \t]*\/[ \t]*[^\s/;]+/.exec(text)?.[0] ?? '';
  const [type = '', subtype = ''] = head.split('/').map((part) => part.trim());
  if (head === '' || skip(type, 0, TOKEN) < type.length || skip(subtype, 0, TOKEN) < subtype.length)
    return refused('expected type/subtype');
  const params = parseParams(text, head.length);
  return params.ok ? accepted({ type: `${type}/${subtype}`.toLowerCase(), params: params.value }) : params;
}
