// `--build-context name=…`: directories and OCI layouts of this machine, and what the daemon fetches itself.
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { errorMessage } from '../../../lib/errors.ts';
import { keyValues } from './fields.ts';
import { findInLayout } from './layout.ts';

/** Attributes of the frontend, and what they speak of by the names the build has for it. */
interface NamedContexts {
  readonly attributes: Readonly<Record<string, string>>;
  readonly directories: Readonly<Record<string, string>>;
  /** OCI layouts. */
  readonly stores: Readonly<Record<string, string>>;
}

/** Throws a plain Error with buildx's wording for what is not there. */
export function namedContexts(
  texts: readonly string[],
  o: { directory: string; isAddress: (text: string) => boolean; isDirectory: (path: string) => boolean },
): NamedContexts {
  const directories: Record<string, string> = {};
  const attributes: Record<string, string> = {};
  const stores: Record<string, string> = {};
  for (const [name, value] of Object.entries(keyValues(texts))) {
    if (name === '' || value === '') throw new Error(`invalid context value: ${name}=${value}, expected key=value`);
    if (value.startsWith('oci-layout://')) {
      const id = randomBytes(12).toString('hex');
      const layout = findImage(name, value, o.directory);
      stores[`oci:${id}`] = layout.path;
      attributes[`context:${name}`] = `oci-layout://${id}${layout.reference}`;
    } else if (o.isAddress(value) || /^(?:docker-image|target|input):/.test(value)) {
      attributes[`context:${name}`] = value;
    } else {
      const path = resolve(o.directory, value);
      if (!o.isDirectory(path)) {
        throw new Error(`failed to get build context ${name}: stat ${value}: no such file or directory`);
      }
      const local = name === 'context' || name === 'dockerfile' ? `_${name}` : name;
      directories[local] = path;
      attributes[`context:${name}`] = `local:${local}`;
    }
  }
  return { directories, attributes, stores };
}

/** `oci-layout://path[:tag][@digest]`; the digest is that of the tag (`latest`) where none is given. */
function findImage(name: string, value: string, directory: string): { path: string; reference: string } {
  const [, place = '', tag, given] =
    /^oci-layout:\/\/(.+?)(?::([\w][\w.-]{0,127}))?(?:@([a-z0-9]+:[0-9a-f]+))?$/.exec(value) ?? [];
  const path = resolve(directory, place);
  try {
    const digest = given ?? findInLayout(path, tag ?? 'latest')?.digest;
    if (digest === undefined) throw new Error(`there is no image ${tag ?? 'latest'}`);
    return { path, reference: `${tag === undefined ? '' : `:${tag}`}@${digest}` };
  } catch (error) {
    throw new Error(`failed to get build context ${name}: ${value}: ${errorMessage(error)}`, { cause: error });
  }
}
