/** What a case may ask of an endpoint, each with the words that complete "it …". Our own user agent has them all. */
export const CAPABILITIES = {
  'virtual-time': 'plays on the memory engine, in virtual time',
  containers: 'plays in a container of its own (`--engine docker`)',
  'impaired-links': 'sends over links that lose, delay, double or reorder datagrams',
  'own-evidence': 'has its datagrams recorded at its own socket, for a proxy that is not ours',
  invite: 'invites somebody',
  'other-actions': 'invites to something other than voice',
  straight: 'sends a request to another place than its own server (`at`)',
  message: 'sends an instant message',
  cancel: 'gives its own invitation up',
  'hang-up': 'ends an answered call',
  'other-offers': 'rings at, or answers, an invitation to something other than voice',
  'other-provisionals': 'rings with another code than 180, or with a phrase of its own',
  'late-reactions': 'does something about an invitation later on, or one thing after the other',
  'other-rejections': 'rejects with another code than 486, or with a phrase of its own',
  'empty-phrases': 'sends a response with an empty phrase',
  ignore: 'leaves an invitation without an answer',
  messenger: 'has one session at a time, and answers 486 to any further invitation',
  plain: 'takes several calls at once',
  'answer-beside': 'answers one of several calls',
  numbers: 'does what the number called says (a gateway)',
} as const;

export type Capability = keyof typeof CAPABILITIES;

const ALL = Object.keys(CAPABILITIES) as Capability[];

/** All capabilities but these. */
export function allBut(...lacking: readonly Capability[]): ReadonlySet<Capability> {
  return new Set(ALL.filter((capability) => !lacking.includes(capability)));
}
