import { z } from 'zod';
import { flag, name, nameReference, port, text } from './schema-terms.js';

const listener = z
  .strictObject({
    treatAllConnectionsAsTrusted: flag
      .optional()
      .meta({ description: 'All that arrives over this listener counts as authenticated: nothing is challenged.', examples: [true] }),
    treatAllConnectionsAsServer: flag.optional().meta({
      description: 'With treatAllConnectionsAsTrusted: every peer of this listener counts as a trusted server.',
      examples: [true],
    }),
    refuseClients: flag
      .optional()
      .meta({ description: 'Requests of peers that are neither gateway nor server are refused with 403.', examples: [true] }),
  })
  .meta({ description: 'Trust settings of one listener: a socket of the server with a port of its own.' });

const host = z
  .strictObject({
    address: z
      .string({ error: 'an address, a CIDR block, or a name' })
      .min(1, { error: 'an address, a CIDR block, or a name' })
      .meta({
        description:
          'The host: an IP address, a CIDR block, the name of a participant or server, or such a name with a prefix length, which is the network around it.',
        examples: ['gateway', 'gateway/24', '192.0.2.0/28'],
      }),
    port: port.optional().meta({ description: 'Only this port of the host. Without it, any.', examples: [5060] }),
    treatAsAuthenticated: flag.optional().meta({ description: 'What comes from this host is not challenged.', examples: [true] }),
    throttleAsServer: flag
      .optional()
      .meta({ description: 'With treatAsAuthenticated: the host counts as a trusted server.', examples: [true] }),
    outboundOnly: flag.optional().meta({
      description: 'The entry counts only for responses to requests that the server sent there; the host may not open a flow itself.',
      examples: [true],
    }),
  })
  .meta({ description: 'An authorised host.' });

const from = nameReference.optional().meta({
  description: 'The listener that the requests leave from. Without it, the first one.',
  examples: ['gateway'],
});
const to = nameReference.meta({ description: 'The next hop: a participant or another server.', examples: ['gateway'] });

const numberRoute = z
  .strictObject({
    number: text.meta({ description: 'A number, or the beginning of numbers followed by `*`.', examples: ['+1*', '+15550100'] }),
    to,
    from,
  })
  .meta({ description: 'A static route for numbers. Its next hop has the role gateway if it is a participant, server if it is a server.' });

const domainRoute = z
  .strictObject({
    domain: text.meta({ description: 'The domain of the request URI.', examples: ['lab.example'] }),
    to,
    from,
  })
  .meta({ description: 'A static route for a domain. Its next hop has the role server.' });

/** The keys that a server may have both in the scenario and in a profile. */
export const trustSettings = {
  listeners: z
    .record(name, listener.nullable())
    .optional()
    .meta({
      description: 'Listeners by name, the first being the usual one. Without this key there is one, called `default`, with no trust.',
      examples: [{ default: {}, gateway: { treatAllConnectionsAsTrusted: true } }],
    }),
  hosts: z
    .array(host)
    .optional()
    .meta({ description: 'Authorised hosts.', examples: [[{ address: 'gateway', treatAsAuthenticated: true }]] }),
  routes: z
    .array(z.union([numberRoute, domainRoute]))
    .optional()
    .meta({ description: 'Static routes; the first that matches counts.', examples: [[{ number: '+1*', to: 'gateway' }]] }),
};

export const serverBasics = {
  domain: text.min(1).meta({ description: 'The domain that the server is responsible for.', examples: ['lab.example'] }),
  quirks: z
    .array(z.enum(['lcs2003'], { error: 'lcs2003' }))
    .optional()
    .meta({
      description:
        'Deviations from RFC 3261. `lcs2003`: a final response 300 to 699 that arrives over a trusted server’s flow from a client is not routed.',
      examples: [['lcs2003']],
    }),
  address: text
    .optional()
    .meta({ description: 'An address asked for explicitly. Without it the lab chooses one.', examples: ['127.0.5.1'] }),
};

const profileServer = z
  .strictObject({ domain: serverBasics.domain.optional(), quirks: serverBasics.quirks, address: serverBasics.address, ...trustSettings })
  .meta({ description: 'Settings of a server under this profile; each key given here takes the place of the scenario’s.' });

const placement = z
  .strictObject({
    home: nameReference.optional().meta({ description: 'The server to register with under this profile.', examples: ['lcs'] }),
    at: nameReference
      .optional()
      .meta({ description: 'The server or `server/listener` to send to under this profile.', examples: ['edge/trusted'] }),
  })
  .meta({ description: 'Where a participant is placed under this profile.' });

const profile = z
  .strictObject({
    description: text
      .optional()
      .meta({ description: 'What the profile stands for, in a sentence.', examples: ['Resolution 3: telephony is off.'] }),
    servers: z
      .record(name, profileServer)
      .optional()
      .meta({
        description: 'Settings by server. A server that the scenario does not have is added, and needs a `domain`.',
        examples: [{ lcs: { hosts: [{ address: 'gateway', treatAsAuthenticated: true }] } }],
      }),
    participants: z
      .record(name, placement)
      .optional()
      .meta({ description: 'Participants that this profile puts elsewhere.', examples: [{ gateway: { at: 'edge' } }] }),
  })
  .meta({ description: 'One trust profile: a named trust configuration of the servers.' });

/** A profiles file, or the value of `profiles` in a scenario. */
export const profilesSchema = z.record(name, profile);

export type ProfilesInput = z.input<typeof profilesSchema>;
export type ProfileInput = ProfilesInput[string];
