/** What a user of Windows Messenger can invite somebody to; the five that KB834477 names. Instant messages are not among them. */
export const ACTIONS = ['voice', 'camera', 'application-sharing', 'whiteboard', 'remote-assistance'] as const;

export type Action = (typeof ACTIONS)[number];
