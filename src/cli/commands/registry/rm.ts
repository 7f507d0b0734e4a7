// `registry rm`: takes tags and manifests out of a registry.

import { RegistryError, type RegistryProblem, type Repository } from '../../../distribution/index.ts';
import { errorKind } from '../../../lib/errors.ts';
import { familiarName, parseReference, type Reference, withDefaultTag } from '../../../oci/reference.ts';
import { command } from '../../command.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import { withRepository } from '../../registries/open-repository.ts';
import { insecureFlag } from '../flags.ts';
import { forEach } from '../for-each.ts';

export const removeRemote = command({
  usage: '[OPTIONS] NAME[:TAG|@DIGEST] [NAME[:TAG|@DIGEST]...]',
  args: atLeast(1),
  flags: {
    force: bool('Remove the manifest a tag stands for, and with it all of its tags', { short: 'f' }),
    insecure: insecureFlag(),
  },
  run(context, { flags, args }) {
    return forEach(context, args, {}, name => {
      const reference = withDefaultTag(parseReference(name));
      const { insecure } = flags;
      return withRepository(context, { reference, insecure, actions: ['pull', 'push', 'delete'] }, repository =>
        remove(repository, reference, flags.force),
      );
    });
  },
});

/** What was done, as `rmi` says it. */
async function remove(repository: Repository, reference: Reference, force: boolean): Promise<string> {
  const name = familiarName(reference);
  const { tag = '' } = reference;
  if (reference.digest === undefined && !force) {
    await removeTag(repository, tag);
    return `Untagged: ${name}:${tag}`;
  }
  const digest = reference.digest ?? (await repository.resolve(tag)).digest;
  await repository.deleteManifest(digest);
  return `Deleted: ${name}@${digest}`;
}

async function removeTag(repository: Repository, tag: string): Promise<void> {
  try {
    await repository.deleteManifest(tag);
  } catch (error) {
    if (!(error instanceof RegistryError) || errorKind(error) !== 'invalid' || error.problems.some(saysWhy)) {
      throw error;
    }
    const advice = 'where it removes no single tags, --force removes the manifest with all of its tags';
    throw new Error(`the registry refused (${error.message}): ${advice}`, { cause: error });
  }
}

/** Berth's registry tells what it never does: nothing here would help. */
const saysWhy = ({ detail }: RegistryProblem) => typeof detail === 'object' && detail !== null && 'reason' in detail;
