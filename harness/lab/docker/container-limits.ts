const MOST_PROCESSES = 64;

/** What holds for every container of the lab, whoever makes it. */
export const LIMITS = { Init: true, ReadonlyRootfs: true, CapDrop: ['ALL'], PidsLimit: MOST_PROCESSES };

/** What holds for hosts: they have no program that needs more rights than who starts it, and may say only so much. */
export const HOST_LIMITS = {
  ...LIMITS,
  SecurityOpt: ['no-new-privileges'],
  LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
};
