import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { BusyhereError } from '../../platform/errors.js';
import { engineError, engineMessage, statusOf } from './docker-engine.js';
import { stagesFor } from './dockerfile-stages.js';
import type { LabImages } from './lab-container.js';
import { PackageFiles } from './package-files.js';

const IMAGE_LABEL = 'busyhere.image';
/** The folder of the package that an image was made of. */
const PACKAGE_LABEL = 'busyhere.package';
const HASH_DIGITS = 12;
const LINES_SHOWN = 12;
const COLUMNS_SHOWN = 100;

export interface ImageOptions {
  /** The folder of the package that the image is made of. */
  readonly packageRoot: string;
  /** Told what takes its time. */
  progress(text: string): void;
}

/** The names of the images that belong to this very package: another version, or another build, has others. */
export function imageNames({ packageRoot }: Pick<ImageOptions, 'packageRoot'>): LabImages {
  return namesOf(new PackageFiles(packageRoot));
}

/**
 * The images of the lab, built where they are not there.
 * @throws BusyhereError `environment` with the end of the builder's output
 */
export async function ensureImages(engine: Docker, { packageRoot, progress }: ImageOptions): Promise<LabImages> {
  const files = new PackageFiles(packageRoot);
  const names = namesOf(files);
  await ensure(engine, names.lab, 'packed', files, progress);
  await ensure(engine, names.capture, 'capture', files, progress);
  return names;
}

/** Only the image of the hosts, without that of the captures. @throws as {@link ensureImages} */
export async function ensureLabImage(engine: Docker, { packageRoot, progress }: ImageOptions): Promise<string> {
  const files = new PackageFiles(packageRoot);
  const { lab } = namesOf(files);
  await ensure(engine, lab, 'packed', files, progress);
  return lab;
}

export async function hasImage(engine: Docker, name: string): Promise<boolean> {
  try {
    await engine.getImage(name).inspect();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw engineError(`the engine does not say whether it has the image ${name}`, error);
  }
}

function namesOf(files: PackageFiles): LabImages {
  const capture = createHash('sha256').update(stagesFor(files.dockerfile, 'capture')).digest('hex').slice(0, HASH_DIGITS);
  return { lab: `busyhere-lab:${files.manifest.version}-${files.hash}`, capture: `busyhere-capture:${capture}` };
}

async function ensure(
  engine: Docker,
  name: string,
  target: 'packed' | 'capture',
  files: PackageFiles,
  progress: ImageOptions['progress'],
): Promise<void> {
  if (await hasImage(engine, name)) return;
  progress(`building the image ${name}; this is done once`);
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-image-'));
  try {
    writeFileSync(join(folder, 'Dockerfile'), stagesFor(files.dockerfile, target));
    if (target === 'packed') files.copyTo(folder);
    else mkdirSync(join(folder, 'empty'));
    await build(engine, { t: name, labels: { [IMAGE_LABEL]: name, [PACKAGE_LABEL]: files.root } }, folder, progress);
    await removeOlder(engine, name, files.root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What an earlier version of this very package had built. One that is in use stays, and is removed another time. */
async function removeOlder(engine: Docker, name: string, root: string): Promise<void> {
  const [repository] = name.split(':');
  const own = await engine.listImages({ filters: { label: [`${PACKAGE_LABEL}=${root}`] } });
  const older = own.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag.split(':')[0] === repository && tag !== name);
  await Promise.allSettled(older.map((tag) => engine.getImage(tag).remove()));
}

async function build(
  engine: Docker,
  named: { readonly t: string; readonly labels: Record<string, string> },
  folder: string,
  progress: ImageOptions['progress'],
): Promise<void> {
  const name = named.t;
  const said: string[] = [];
  try {
    const output = await engine.buildImage({ context: folder, src: ['.'] }, { ...named, forcerm: true });
    await new Promise<void>((resolve, reject) => {
      engine.modem.followProgress(
        output,
        (error) => (error ? reject(error) : resolve()),
        ({ stream, error }: { stream?: string; error?: string }) => {
          const text = (stream ?? error ?? '').trimEnd();
          if (text === '') return;
          said.push(...text.split('\n'));
          if (text.startsWith('Step ')) progress(text.slice(0, COLUMNS_SHOWN));
        },
      );
    });
  } catch (error) {
    throw cannotBuild(name, error, said);
  }
  if (!(await hasImage(engine, name))) throw cannotBuild(name, new Error('the builder ended without it'), said);
}

function cannotBuild(name: string, error: unknown, said: readonly string[]): BusyhereError {
  const end = said.slice(-LINES_SHOWN).map((line) => `  | ${line}`);
  return new BusyhereError(
    'environment',
    [`the image ${name} cannot be built: ${engineMessage(error)}`, ...end].join('\n'),
    'it needs the images node:24-bookworm-slim and debian:bookworm-slim, or a registry to pull them from, and for the first time Debian’s packages',
    { cause: error },
  );
}
