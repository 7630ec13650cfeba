import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { sweepBuildFolders, withBuildFolder } from './build-folder.js';
import { buildImage } from './build-image.js';
import { engineError, statusOf } from './docker-engine.js';
import { stagesFor } from './dockerfile-stages.js';
import type { LabImages } from './lab-container.js';
import { PackageFiles } from './package-files.js';

const IMAGE_LABEL = 'busyhere.image';
/** The folder of the package that an image was made of. */
const PACKAGE_LABEL = 'busyhere.package';
const HASH_DIGITS = 12;

export interface ImageOptions {
  /** The folder of the package that the image is made of. */
  readonly packageRoot: string;
  /** Told what takes its time. */
  progress(text: string): void;
  /** Ends the building. */
  readonly signal?: AbortSignal;
}

/** The names of the images that belong to this very package: another version, or another build, has others. */
export function imageNames({ packageRoot }: Pick<ImageOptions, 'packageRoot'>): LabImages {
  return namesOf(new PackageFiles(packageRoot));
}

/**
 * The images of the lab, built where they are not there.
 * @throws BusyhereError `environment` with the end of the builder's output; `interrupted` where the signal came first
 */
export async function ensureImages(engine: Docker, options: ImageOptions): Promise<LabImages> {
  sweepBuildFolders();
  const files = new PackageFiles(options.packageRoot);
  const names = namesOf(files);
  await ensure(engine, names.lab, 'packed', files, options);
  await ensure(engine, names.capture, 'capture', files, options);
  return names;
}

/** Only the image of the hosts, without that of the captures. @throws as {@link ensureImages} */
export async function ensureLabImage(engine: Docker, options: ImageOptions): Promise<string> {
  const files = new PackageFiles(options.packageRoot);
  const { lab } = namesOf(files);
  await ensure(engine, lab, 'packed', files, options);
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
  { progress, signal }: ImageOptions,
): Promise<void> {
  if (await hasImage(engine, name)) return;
  progress(`building the image ${name}; this is done once`);
  await withBuildFolder(async (context) => {
    writeFileSync(join(context, 'Dockerfile'), stagesFor(files.dockerfile, target));
    if (target === 'packed') files.copyTo(context);
    else mkdirSync(join(context, 'empty'));
    await buildImage(engine, { context, name, labels: { [IMAGE_LABEL]: name, [PACKAGE_LABEL]: files.root }, progress, signal });
  });
  await removeOlder(engine, name, files.root);
}

/** What an earlier version of this very package had built. One that is in use stays, and is removed another time. */
async function removeOlder(engine: Docker, name: string, root: string): Promise<void> {
  const [repository] = name.split(':');
  const own = await engine.listImages({ filters: { label: [`${PACKAGE_LABEL}=${root}`] } });
  const older = own.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag.split(':')[0] === repository && tag !== name);
  await Promise.allSettled(older.map((tag) => engine.getImage(tag).remove()));
}
