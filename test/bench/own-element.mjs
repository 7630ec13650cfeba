import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./element.mjs', import.meta.url));

/** One of our elements in a process of its own. */
export class OwnElement {
  constructor(child) {
    this.child = child;
  }

  /** @param role `caller`, `callee`, `proxy` or `b2bua` */
  static async start(role, settings) {
    const element = new OwnElement(fork(PROGRAM, [role, JSON.stringify(settings)]));
    await element.#answer();
    return element;
  }

  /** Places calls, `open` at a time; resolves with `{seconds, failed}` when each had its final response. */
  run(load) {
    return this.#ask({ what: 'run', load });
  }

  /** CPU time since the process began, in µs. */
  async cpu() {
    const { user, system } = await this.#ask({ what: 'cpu' });
    return user + system;
  }

  /** What a B2BUA holds and has seen. */
  state() {
    return this.#ask({ what: 'state' });
  }

  async stop() {
    this.child.send({ what: 'stop' });
    await once(this.child, 'exit');
  }

  #ask(message) {
    const answer = this.#answer();
    this.child.send(message);
    return answer;
  }

  #answer() {
    return new Promise((resolve, reject) => {
      const ended = (code) => reject(new Error(`an element under measurement ended with code ${code}`));
      this.child.once('exit', ended);
      this.child.once('message', (message) => {
        this.child.off('exit', ended);
        resolve(message);
      });
    });
  }
}
