import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Workshop } from '../package/workshop';
import { describeWithEngine } from './engine';

jest.setTimeout(400_000);

const run = promisify(execFile);

describeWithEngine('the package as npm installs it', () => {
  const workshop = new Workshop();
  afterAll(() => workshop.remove());

  it('builds its image from itself, and plays its own cases in it', async () => {
    const { folder } = await workshop.install('commonjs', await workshop.pack());
    const command = join(folder, 'node_modules', '.bin', 'busyhere');
    const { stdout } = await run(command, ['run', '--engine', 'docker', '-g', 'trespass'], { cwd: folder, timeout: 280_000 });
    expect(stdout).toMatch(/all 3 as expected/);
  });
});
