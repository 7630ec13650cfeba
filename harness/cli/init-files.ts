/** What `busyhere init` writes. Tests run all of it: on its own, and beside a proxy in another process. */

/** Beside the scenarios, where editors find it whether the package is installed or not. */
const SCHEMA = '.busyhere.schema.json';
const SCHEMA_LINE = `# yaml-language-server: $schema=${SCHEMA}
`;

const PROFILES = `# Trust profiles: named trust configurations of the servers. A scenario names this file under \`profiles\`.

# Only the gateway's own address is trusted.
gateway-only:
  servers:
    proxy:
      hosts: [{ address: gateway, treatAsAuthenticated: true, throttleAsServer: true }]
      routes: [{ number: "+1*", to: gateway }]

# The whole network around the gateway is trusted, and the users are in it.
whole-network:
  servers:
    proxy:
      hosts: [{ address: gateway/24, treatAsAuthenticated: true, throttleAsServer: true }]
      routes: [{ number: "+1*", to: gateway }]
`;

const SERVER_AND_PARTICIPANTS = `servers:
  proxy: { domain: example.test }

participants:
  alice: { home: proxy }
  bob: { home: proxy }
  carol: { home: proxy }
  gateway: { role: gateway, at: proxy, numbers: { "+15550100": busy, "+1*": answer } }

profiles: profiles/trust.yaml

matrix:
  trust: [gateway-only, whole-network]
  bob: [ringing, engaged]
`;

const BUSY = `${SCHEMA_LINE}name: Who calls a busy user hears so

${SERVER_AND_PARTICIPANTS}
script:
  # bob is in a call, or is just being called …
  - alice: { invite: bob, as: first }
  - bob: { on: first, do: $bob }
  # … when carol calls him.
  - carol: { invite: bob, as: second, after: first is $bob }

expect:
  second:
    - { observed: 486, reached: [bob] }
`;

const TELEPHONY = `${SCHEMA_LINE}name: Who calls a busy number, or a busy user from outside, hears so

${SERVER_AND_PARTICIPANTS}
script:
  - alice: { invite: bob, as: first }
  - bob: { on: first, do: $bob }
  - carol: { invite: "+15550100", as: outgoing, title: carol → busy number, after: first is $bob }
  - gateway: { invite: bob, as: incoming, after: first is $bob }

expect:
  outgoing:
    - { observed: 486, reached: [gateway] }
  incoming:
    - { observed: 486, reached: [bob] }
`;

/** The scenario that needs no more of a proxy than accounts. */
const FOR_ANY_PROXY = 'scenarios/busy.yaml';

const PROXY_ARGUMENTS = `${FOR_ANY_PROXY} --sut external --sut-config proxy.yaml`;

/** What to say to busyhere for a proxy that is described by the file; the participants behave like ordinary telephones there. */
export const PROXY_COMMANDS = {
  doctor: `doctor ${PROXY_ARGUMENTS}`,
  run: `run ${PROXY_ARGUMENTS} --timers rfc3261 --horizon 2s`,
};

const PROXY = `# Your own proxy, for
#   npx busyhere ${PROXY_COMMANDS.doctor}
#   npx busyhere ${PROXY_COMMANDS.run}

# Where it listens, by UDP.
address: sip:192.0.2.1:5060

# The domain that it serves, if it is not the one in the scenarios.
domain: example.test

# As which trust profile of scenarios/profiles/trust.yaml it is configured. doctor lists what that means.
trust: gateway-only

# Accounts that it knows, by the participants' names; "*" is everybody else, $name the participant's name.
# Passwords come from the environment: PROXY_PASSWORD=… npx busyhere run …
accounts:
  "*": { user: "$name", passwordFrom: PROXY_PASSWORD }
  # carol: { user: "1003", passwordFrom: CAROL_PASSWORD }

# This machine's address for the participants, and those that the proxy's own configuration names.
# scenarios/telephony.yaml needs the latter: calls to +1… have to be routed there.
# localAddress: 192.0.2.10
# addresses: { gateway: "192.0.2.10:5080" }
`;

const WORKFLOW = `name: busyhere
on: [push, pull_request]
jobs:
  # The scenarios with the built-in proxy: whether they are sound, and what each trust profile does.
  busy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 20 }
      - run: npx --yes busyhere@VERSION run --reporter list,github,junit=busyhere.xml
      - uses: actions/upload-artifact@v4
        if: always()
        with: { name: busyhere, path: busyhere.xml }

  # The same with your own proxy, as proxy.yaml describes it. To switch it on, set the repository's variable BUSYHERE_PROXY to on,
  # and the secret PROXY_PASSWORD.
  proxy:
    if: vars.BUSYHERE_PROXY == 'on'
    # The proxy has to reach this machine by UDP: start it in a step below, or name a runner in its network here.
    runs-on: ubuntu-latest
    env:
      PROXY_PASSWORD: \${{ secrets.PROXY_PASSWORD }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 20 }
      # - run: docker run --detach --network host your/proxy    # and address: sip:127.0.0.1:5060 in proxy.yaml
      - run: npx --yes busyhere@VERSION ${PROXY_COMMANDS.doctor}
      - run: npx --yes busyhere@VERSION ${PROXY_COMMANDS.run} --reporter list,github,junit=busyhere-proxy.xml
      - uses: actions/upload-artifact@v4
        if: always()
        with: { name: busyhere-proxy, path: busyhere-proxy.xml }
`;

const CONFIG = `${JSON.stringify({ engine: 'udp', reporter: ['list'] }, null, 2)}\n`;

/**
 * The files by their paths.
 *
 * @param version of this package
 * @param schema the JSON Schema of scenarios
 */
export function initFiles(version: string, schema: unknown): ReadonlyMap<string, string> {
  return new Map([
    [FOR_ANY_PROXY, BUSY],
    ['scenarios/telephony.yaml', TELEPHONY],
    ['scenarios/profiles/trust.yaml', PROFILES],
    [`scenarios/${SCHEMA}`, `${JSON.stringify(schema, null, 2)}\n`],
    ['proxy.yaml', PROXY],
    ['busyhere.config.json', CONFIG],
    ['.github/workflows/busyhere.yml', WORKFLOW.replaceAll('VERSION', version)],
  ]);
}
