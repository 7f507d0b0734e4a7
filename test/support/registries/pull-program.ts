// A process that pulls one image into a data root, to be killed: `pull-program.ts ROOT REFERENCE`.

import { join } from 'node:path';
import { ContentStore } from '../../../src/content/index.ts';
import { Distribution } from '../../../src/distribution/index.ts';
import { Images } from '../../../src/images/index.ts';
import { createKernel } from '../../../src/kernel/index.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { openStore } from '../../../src/store/index.ts';

const [root = '', reference = ''] = process.argv.slice(2);
const content = new ContentStore(join(root, 'content'));
const registries = new Distribution({}, { logger: silentLogger });
const store = openStore(join(root, 'berth.db'));
const platform = { os: 'linux', architecture: 'amd64' };
const images = new Images(
  { root, platform },
  { kernel: createKernel(), store, content, registries, logger: silentLogger },
);
await images.restore({ containers: new Set() });
const { signal } = new AbortController();
for await (const _news of images.transfers.pull(parseReference(reference), { signal }));
await Bun.sleep(60_000);
