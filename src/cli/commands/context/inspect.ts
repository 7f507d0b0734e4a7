// `context inspect`.

import { command } from '../../command.ts';
import { defaultContext } from '../../contexts/context-store.ts';
import { loadContext } from '../../contexts/load-context.ts';
import { anyArguments } from '../../grammar/argument-rule.ts';
import { inspectAll } from '../../output/inspect.ts';
import { formatFlag } from '../flags.ts';

const inMemory = { MetadataPath: '<IN MEMORY>', TLSPath: '<IN MEMORY>' };

export const inspectContexts = command({
  usage: '[OPTIONS] [CONTEXT] [CONTEXT...]',
  args: anyArguments,
  flags: { format: formatFlag() },
  run: (context, { flags, args }) =>
    inspectAll(context, args.length > 0 ? args : [context.contextName], flags.format, async name => {
      const { metadata, tls } = loadContext(context, name);
      const isDefault = name === defaultContext;
      return {
        Name: metadata.Name,
        Metadata: isDefault ? {} : metadata.Metadata,
        Endpoints: Object.fromEntries(
          Object.entries(metadata.Endpoints).map(([key, endpoint]) => [
            key,
            { ...endpoint, SkipTLSVerify: endpoint.SkipTLSVerify ?? false },
          ]),
        ),
        TLSMaterial: Object.fromEntries(Object.entries(tls).map(([endpoint, files]) => [endpoint, Object.keys(files)])),
        Storage: isDefault ? inMemory : context.contexts.storage(name),
      };
    }),
});
