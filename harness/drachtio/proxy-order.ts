/** What a `proxy` command asks for. */
export interface ProxyOrder {
  /** Put this server into Record-Route (Path of a REGISTER). */
  readonly remainInDialog: boolean;
  /** Report every final response of a branch. */
  readonly fullResponse: boolean;
  readonly followRedirects: boolean;
  readonly simultaneous: boolean;
  /** How long a target may take for its first response, in ms. */
  readonly provisionalTimeout: number | undefined;
  /** How long a target may take for its final response, in ms. */
  readonly finalTimeout: number | undefined;
  readonly destinations: readonly string[];
}

const FIRST_DESTINATION = 9;

/** Reads the tokens of a `proxy` command; undefined where there are too few. */
export function readProxyOrder(tokens: readonly string[]): ProxyOrder | undefined {
  const destinations = tokens.slice(FIRST_DESTINATION).filter((destination) => destination !== '');
  if (destinations.length === 0) return undefined;
  return {
    remainInDialog: tokens[3] === 'remainInDialog',
    fullResponse: tokens[4] === 'fullResponse',
    followRedirects: tokens[5] === 'followRedirects',
    simultaneous: tokens[6] === 'simultaneous',
    provisionalTimeout: readDuration(tokens[7]),
    finalTimeout: readDuration(tokens[8]),
    destinations,
  };
}

/** `500ms`, `2s`; undefined for anything else. */
export function readDuration(text: string | undefined): number | undefined {
  const match = /^(\d+)(ms|s)$/.exec(text ?? '');
  return match ? Number(match[1]) * (match[2] === 's' ? 1000 : 1) : undefined;
}
