import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { BusyhereError } from '../../platform/errors.js';

/** What the processes in containers load of what the package depends on. */
const NEEDED = ['zod', 'sdp-transform', 'drachtio-srf', 'sipjs-udp'];

const HASH_DIGITS = 12;
const PACKAGE = 'busyhere';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A package that goes into the image, and where to, below node_modules. */
interface Dependency {
  readonly place: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The files of an installed package, as the image of the lab needs them. */
export class PackageFiles {
  readonly manifest: Manifest;
  readonly dockerfile: string;
  readonly #dependencies: readonly Dependency[];

  /**
   * @param root the package's folder: a checkout that was built, or an installation
   * @throws BusyhereError `environment` where something of it is missing
   */
  constructor(readonly root: string) {
    this.manifest = manifestOf(root);
    this.dockerfile = readOr(join(root, 'Dockerfile'), `the package at ${root} has no Dockerfile`);
    if (!existsSync(join(this.#compiled, 'lab', 'entry.js'))) {
      throw new BusyhereError('environment', `the package at ${root} is not built`, 'npm run build');
    }
    this.#dependencies = dependenciesOf(root);
  }

  /** Rises and falls with what the image holds: packages by their versions, which never change, our own files by what is in them. */
  get hash(): string {
    const hash = createHash('sha256').update(this.dockerfile);
    for (const { place, manifest } of this.#dependencies) hash.update(`${place} ${manifest.version}\n`);
    for (const path of this.#files()) hash.update(`${relative(this.#compiled, path)}\n`).update(readFileSync(path));
    return hash.digest('hex').slice(0, HASH_DIGITS);
  }

  /** Puts everything where the Dockerfile's target `packed` looks for it. */
  copyTo(folder: string): void {
    const app = join(folder, 'app');
    mkdirSync(join(app, 'dist'), { recursive: true });
    cpSync(join(this.root, 'package.json'), join(app, 'package.json'));
    cpSync(this.#compiled, join(app, 'dist', 'cjs'), { recursive: true, filter: (path) => !path.endsWith('.d.ts') });
    for (const { place, folder: source } of this.#dependencies) {
      cpSync(source, join(app, 'node_modules', place), {
        recursive: true,
        dereference: true,
        filter: (path) => !relative(source, path).split(/[\\/]/).includes('node_modules'),
      });
    }
  }

  get #compiled(): string {
    return join(this.root, 'dist', 'cjs');
  }

  #files(): string[] {
    const all = readdirSync(this.#compiled, { recursive: true, withFileTypes: true });
    return all
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.d.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  }
}

/** All that the needed packages need, each once at the top, or below its only user where another version stands there. */
function dependenciesOf(root: string): Dependency[] {
  const found = new Map<string, Dependency>();
  const visit = (name: string, from: string, user: string): void => {
    const folder = folderOf(name, from);
    if (!folder) return; // an optional one that is not installed
    const top = found.get(name);
    const place = top === undefined || top.folder === folder ? name : `${user}/node_modules/${name}`;
    if (found.get(place)?.folder === folder) return;
    const manifest = manifestOf(folder);
    found.set(place, { place, folder, manifest });
    for (const next of Object.keys(manifest.dependencies ?? {}).sort()) visit(next, folder, place);
  };
  for (const name of NEEDED) visit(name, root, '');
  return [...found.values()];
}

/** As Node looks for it; by the folder, since a package need not let its package.json be loaded. */
function folderOf(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate); // a link's own packages lie beside its target
    if (folder === dirname(folder)) return undefined;
  }
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readOr(join(folder, 'package.json'), `${folder} holds no package`)) as Manifest;
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new BusyhereError('environment', otherwise, 'install busyhere again', { cause });
  }
}

/** Where the package is installed, as seen from a folder: above it, or the folder's own. @throws BusyhereError `environment` */
export function packageRoot(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && manifestOf(folder).name === PACKAGE) return folder;
    const installed = join(folder, 'node_modules', PACKAGE);
    if (existsSync(join(installed, 'package.json'))) return realpathSync(installed);
    if (folder === dirname(folder)) break;
  }
  throw new BusyhereError('environment', `${PACKAGE} is not installed in ${resolve(from)}, so its image cannot be built from there`);
}
