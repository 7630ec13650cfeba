// The long simulation: npm run simulate -- [--seeds N] [--from N] [--seed N] [--workers N]
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const USAGE = `Usage: npm run simulate -- [options]
  --seeds N     how many seeds to play (default 10000)
  --from N      the first seed (default 1)
  --seed N      play this one seed, and say what it did
  --workers N   threads (default: one for each processor)`;

/** Seeds that a worker is handed at a time. */
const CHUNK = 50;
const MOST_FAILURES_SHOWN = 20;

function loadSimulation() {
  const require = createRequire(import.meta.url);
  require('./load-typescript.cjs');
  return require('./simulate.ts');
}

function readOptions() {
  const number = { type: 'string' };
  const { values } = parseArgs({ options: { seeds: number, from: number, seed: number, workers: number, help: { type: 'boolean' } } });
  if (values.help) return { help: true };
  const read = (name, otherwise) => {
    const value = Number(values[name] ?? otherwise);
    if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`--${name} must be a whole number above 0`);
    return value;
  };
  if (values.seed !== undefined) return { seed: read('seed', 1) };
  return { seeds: read('seeds', 10_000), from: read('from', 1), workers: read('workers', availableParallelism()) };
}

async function playOne(seed) {
  const { simulate, describeFailure } = loadSimulation();
  const result = await simulate(seed);
  const { calls, datagrams, simulatedMs, digest, plan } = result;
  console.log(
    `seed ${seed}: ${plan.profile}, ${plan.people.length} participants, ${calls} calls, ${datagrams} datagrams seen, trace ${digest}`,
  );
  console.log(`${(simulatedMs / 1000).toFixed(1)} s of SIP time`);
  if (result.broken.length === 0) return console.log('all invariants hold');
  console.log(describeFailure(result));
  process.exitCode = 1;
}

async function playMany({ seeds, from, workers }) {
  const started = performance.now();
  const end = from + seeds;
  const total = { seeds: 0, calls: 0, datagrams: 0, simulatedMs: 0, failures: [] };
  let next = from;
  const run = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(fileURLToPath(import.meta.url), { workerData: 'simulate' });
      const hand = () => {
        if (next >= end) return worker.terminate();
        worker.postMessage({ from: next, to: Math.min(next + CHUNK, end) });
        next += CHUNK;
      };
      worker.on('message', (result) => {
        add(total, result);
        hand();
      });
      worker.on('error', reject);
      worker.on('exit', resolve);
      hand();
    });
  await Promise.all(Array.from({ length: Math.min(workers, Math.ceil(seeds / CHUNK)) }, run));
  summarize(total, { from, end, seconds: (performance.now() - started) / 1000 });
}

function add(total, { seeds, calls, datagrams, simulatedMs, failures }) {
  total.seeds += seeds;
  total.calls += calls;
  total.datagrams += datagrams;
  total.simulatedMs += simulatedMs;
  for (const failure of failures) {
    if (total.failures.length < MOST_FAILURES_SHOWN) console.log(`\n${failure}`);
    total.failures.push(failure);
  }
}

function summarize(total, { from, end, seconds }) {
  const rate = (count) => Math.round(count / seconds);
  const hours = (total.simulatedMs / 3_600_000).toFixed(0);
  console.log(`seeds ${from} to ${end - 1}: ${total.seeds} played, ${total.failures.length} failed, in ${seconds.toFixed(1)} s`);
  console.log(`${total.calls} calls, ${total.datagrams} datagrams seen, ${hours} h of SIP time`);
  console.log(`${rate(total.seeds)} seeds/s, ${rate(total.calls)} simulated calls/s, ${rate(total.datagrams)} sightings/s`);
  if (total.failures.length > 0) process.exitCode = 1;
}

/** A worker plays chunks of seeds until it is ended. */
function work() {
  const { simulate, describeFailure } = loadSimulation();
  parentPort.on('message', async ({ from, to }) => {
    const chunk = { seeds: 0, calls: 0, datagrams: 0, simulatedMs: 0, failures: [] };
    for (let seed = from; seed < to; seed++) {
      const { calls, datagrams, simulatedMs, broken, ...rest } = await simulate(seed);
      add(chunk, { seeds: 1, calls, datagrams, simulatedMs, failures: [] });
      if (broken.length > 0) chunk.failures.push(describeFailure({ ...rest, broken }));
    }
    parentPort.postMessage(chunk);
  });
}

if (isMainThread) {
  try {
    const options = readOptions();
    if (options.help) console.log(USAGE);
    else if (options.seed !== undefined) await playOne(options.seed);
    else await playMany(options);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\n${USAGE}`);
    process.exitCode = 2;
  }
} else if (workerData === 'simulate') work();
