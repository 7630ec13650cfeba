/** What `busyhere init` writes. A test runs the scenario and reads the others. */

const SCHEMA_LINE = '# yaml-language-server: $schema=';

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

const SCENARIO = `${SCHEMA_LINE}../node_modules/busyhere/dist/schema.json
name: Who calls a busy user hears so

servers:
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

script:
  # bob is in a call, or is just being called …
  - alice: { invite: bob, as: first }
  - bob: { on: first, do: $bob }
  # … when carol calls him, and somebody calls a busy number.
  - carol: { invite: bob, as: second, after: first is $bob }
  - alice: { invite: "+15550100", as: outside, title: alice → busy number, after: first is $bob }

expect:
  second:
    - { observed: 486, reached: [bob] }
  outside:
    - { observed: 486, reached: [gateway] }
`;

const WORKFLOW = `name: busyhere
on: [push, pull_request]
jobs:
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
`;

const CONFIG = `${JSON.stringify({ engine: 'udp', timers: 'fast', reporter: ['list'] }, null, 2)}\n`;

/** The files by their paths. */
export function initFiles(version: string): ReadonlyMap<string, string> {
  return new Map([
    ['scenarios/busy.yaml', SCENARIO],
    ['scenarios/profiles/trust.yaml', PROFILES],
    ['busyhere.config.json', CONFIG],
    ['.github/workflows/busyhere.yml', WORKFLOW.replace('VERSION', version)],
  ]);
}
