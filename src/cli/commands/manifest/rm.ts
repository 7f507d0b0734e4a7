// `manifest rm`: forgets manifest lists that were being made.

import { command } from '../../command.ts';
import { ExitError } from '../../failure.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { manifestReference } from '../../manifests/manifest-reference.ts';
import { openManifestStore } from '../../manifests/open-store.ts';

export const removeManifests = command({
  usage: 'MANIFEST_LIST [MANIFEST_LIST...]',
  args: atLeast(1),
  flags: {},
  async run(context, { args }) {
    const store = openManifestStore(context);
    const failures: string[] = [];
    for (const text of args) {
      try {
        const { name } = manifestReference(text);
        if (!store.has(name)) throw new Error(`No such manifest: ${name}`);
        store.remove(name);
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
    if (failures.length > 0) throw new ExitError(1, failures.join('\n'));
    return 0;
  },
});
