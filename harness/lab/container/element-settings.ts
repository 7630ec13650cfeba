import { z } from 'zod';
import { ACTIONS } from '../../endpoint/messenger/action.js';

/** Endpoints that are no program of their own. */
export const HOSTED_KINDS = ['own', 'sipjs-udp'] as const;

const LONGEST_NAME = 64;
const LONGEST_TEXT = 4_096;
const LONGEST_BODY = 65_536;
const MOST = 256;

const name = z.string().min(1).max(LONGEST_NAME);
const text = z.string().max(LONGEST_TEXT);
const port = z.int().min(0).max(65_535);

/** An IP address and a port. */
const socketAddressSchema = z.strictObject({ address: z.union([z.ipv4(), z.ipv6()]), port });

const account = z.strictObject({ user: text, password: text });

const reaction = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('answer') }),
  z.strictObject({ kind: z.literal('ignore') }),
  z.strictObject({ kind: z.literal('ring'), status: z.int().min(101).max(199), phrase: text.nullable() }),
  z.strictObject({ kind: z.literal('reject'), status: z.int().min(300).max(699), phrase: text.nullable() }),
]);

const link = z.strictObject({
  /** IP addresses of the two hosts. */
  between: z.tuple([z.string(), z.string()]),
  quality: z.strictObject({
    delayMs: z.number().min(0),
    loss: z.number().min(0).max(1).exactOptional(),
    duplicate: z.number().min(0).max(1).exactOptional(),
    reorder: z.number().min(0).max(1).exactOptional(),
    reorderMs: z.number().min(0).exactOptional(),
  }),
});

const duration = z.number().positive();

/** All in ms; see `TimerValues`. */
const timerValues = z.strictObject({
  t1: duration,
  t2: duration,
  t4: duration,
  timerB: duration,
  timerC: duration,
  timerD: duration,
  timerF: duration,
  timerH: duration,
  timerI: duration,
  timerJ: duration,
  timerK: duration,
  timerL: duration,
  timerM: duration,
  trying: duration,
  ringRepeat: duration,
});

/** What every element is told, whatever it is. */
const common = {
  name,
  timers: timerValues,
  /** Of all that it draws. */
  seed: z.int().min(0).max(0xffff_ffff),
  /** Links that are worse than the network's own. */
  links: z.array(link).max(MOST),
};

/** An endpoint as a container is told to make it. */
export const endpointSettingsSchema = z.strictObject({
  ...common,
  address: socketAddressSchema,
  domain: text,
  identity: text.exactOptional(),
  outbound: socketAddressSchema.exactOptional(),
  account: account.exactOptional(),
  role: z.enum(['client', 'gateway']),
  persona: z.enum(['messenger', 'plain']),
  /** Whose SIP it speaks. */
  endpoint: z.enum(HOSTED_KINDS),
  numbers: z.array(z.strictObject({ pattern: text, reaction })).max(MOST),
});

const flag = z.boolean().exactOptional();

const listenerTrust = z.strictObject({
  name,
  treatAllConnectionsAsTrusted: flag,
  treatAllConnectionsAsServer: flag,
  refuseClients: flag,
});

const hostTrust = z.strictObject({
  /** An IP address or a CIDR block. */
  address: text,
  port: port.exactOptional(),
  outboundOnly: flag,
  throttleAsServer: flag,
  treatAsAuthenticated: flag,
});

/** A trust profile as a server is told it. */
export const trustSchema = z.strictObject({
  listeners: z.array(listenerTrust).max(MOST),
  hosts: z.array(hostTrust).max(MOST),
  quirks: z.array(z.enum(['lcs2003'])),
  refuseClients: flag,
});

const peerRole = z.enum(['gateway', 'server']);

const route = z.strictObject({
  kind: z.enum(['number', 'domain']),
  pattern: text,
  nextHop: socketAddressSchema,
  listener: name,
  role: peerRole,
});

/** A proxy as a container is told to make it. */
export const serverSettingsSchema = z.strictObject({
  ...common,
  domain: text,
  trust: trustSchema,
  peers: z.array(z.strictObject({ role: peerRole, address: text, port: port.exactOptional() })).max(MOST),
  accounts: z.array(account).max(MOST),
  routes: z.array(route).max(MOST),
  listeners: z
    .array(z.strictObject({ name, address: socketAddressSchema }))
    .min(1)
    .max(MOST),
  recordRoute: z.boolean(),
  /** The server is the drachtio-srf application, on a control server of its own, that keeps an absorbed call for so long, ms. */
  drachtioGuardMs: z.number().positive().exactOptional(),
  digestAlgorithms: z
    .array(z.enum(['MD5', 'SHA-256']))
    .min(1)
    .exactOptional(),
});

const headers = z.array(z.tuple([name, text])).max(MOST);

/** Where a request goes and what it carries, as for `Endpoint.invite` and its like. */
export const requestOptionsSchema = z.strictObject({
  callId: text,
  headers: headers.exactOptional(),
  to: socketAddressSchema.exactOptional(),
  action: z.enum(ACTIONS).exactOptional(),
  body: z.string().max(LONGEST_BODY).exactOptional(),
});

/** What is done with a call. */
export const callActionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cancel') }),
  z.strictObject({ kind: z.literal('hangUp') }),
  z.strictObject({ kind: z.literal('answer') }),
  z.strictObject({ kind: z.literal('ignore') }),
  /** What the endpoint does by itself, where no script decides. */
  z.strictObject({ kind: z.literal('byItself') }),
  z.strictObject({ kind: z.literal('ring'), status: z.int(), reason: text.exactOptional() }),
  z.strictObject({ kind: z.literal('reject'), status: z.int(), reason: text.exactOptional(), headers: headers.exactOptional() }),
]);

export type EndpointSettings = z.output<typeof endpointSettingsSchema>;
export type ServerSettings = z.output<typeof serverSettingsSchema>;
export type RemoteRequestOptions = z.output<typeof requestOptionsSchema>;
export type CallAction = z.output<typeof callActionSchema>;
export type LinkBetweenHosts = z.output<typeof link>;
