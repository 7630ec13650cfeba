/** Who made a results file; a test holds it against package.json. */
export const TOOL = { name: 'busyhere', version: '0.1.0' } as const;
