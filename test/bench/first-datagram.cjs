/** Loaded before the command: says, once, how long after the start of the process the first datagram left it. */
const { Socket } = require('node:dgram');

const { send } = Socket.prototype;
Socket.prototype.send = function (...args) {
  Socket.prototype.send = send;
  process.stderr.write(`\nfirst datagram ${performance.now()}\n`);
  return send.apply(this, args);
};
