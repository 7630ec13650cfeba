// Our drachtio-compatible server, started as the published image is: drachtio --contact sip:IP:PORT;… --secret SECRET
const { startDrachtioServer } = require('/app/dist/cjs/drachtio/index.js');

const value = (flag) => process.argv[process.argv.indexOf(flag) + 1];
const [, address, port] = /^sip:(.+):(\d+);/.exec(value('--contact'));
const control = { host: '0.0.0.0', port: 9022 };

startDrachtioServer({ sip: `udp/${address}:${port}`, control, secret: value('--secret') }).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
