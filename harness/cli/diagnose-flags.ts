import * as values from './flag-values.js';
import type { Flag } from './flags.js';

export const DIAGNOSE_FLAGS: readonly Flag[] = [
  { name: 'json', description: 'one JSON object instead of text' },
  {
    name: 'only',
    value: 'lost',
    description: 'only attempts that lost a final response or had it altered',
    read: values.oneOf('only', ['lost']),
  },
  { name: 'call-id', value: 'ID', repeatable: true, description: 'only attempts with this Call-ID on any leg' },
  { name: 'from', value: 'WHO', repeatable: true, description: "only attempts of this user or originator's address" },
  { name: 'to', value: 'WHO', repeatable: true, description: "only attempts to this user or callee's address" },
  {
    name: 'horizon',
    value: 'TIME',
    standard: '500ms',
    description: 'how long after its last branch ended an attempt must have been watched to be sure: 500ms, 2s, 64T1',
    read: values.duration('horizon'),
  },
  { name: 'ladder', description: 'draw every attempt as a ladder, not only those that lost something' },
  {
    name: 'messages',
    description: 'beside each ladder the INVITE and the final in full, as captured; credentials, passwords and keys are masked',
  },
  { name: 'show-credentials', description: 'with --messages: without the masks' },
  { name: 'html', value: 'DIR', description: 'also write a page of it: DIR/index.html', read: values.path('html') },
];
