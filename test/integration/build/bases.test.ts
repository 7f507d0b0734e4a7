// Base images for other platforms: what an index lists is chosen from, what stands alone is taken as it is.

import { expect, test } from 'bun:test';
import { mediaTypes } from '../../../src/oci/descriptor.ts';
import { buildSite } from '../../support/builds/build-site.ts';
import { FaultRegistry } from '../../support/registries/fault-registry.ts';
import { addImage, layerArchive } from '../../support/registries/remote-images.ts';

const site = buildSite();

test('a base without an index may be for another platform, and the Dockerfile is told so', async () => {
  await using registry = await FaultRegistry.start();
  const layers = [{ tar: layerArchive({ file: 'x' }) }];
  const other = process.arch === 'arm64' ? 's390x' : 'arm64';
  const { descriptor } = addImage(registry, { repository: 'base', tag: 'alone' }, layers, {
    config: { architecture: other },
  });
  const manifests = [{ ...descriptor, platform: { os: 'linux', architecture: other } }];
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  registry.addManifest('base', 'listed', index, mediaTypes.ociIndex);
  const context = (tag: string) =>
    site.context({ Dockerfile: `FROM ${registry.host}/base:${tag}\nCOPY Dockerfile /\n` });
  const progress = await site.build([context('alone')]);
  expect(progress).toContain(`InvalidBaseImagePlatform: Base image ${registry.host}/base:alone was pulled with`);
  expect(progress).toContain(`platform "linux/${other}"`);
  const { error } = await site.post({ context: context('listed') });
  expect(error).toContain('no matching manifest for linux/');
  await site.clean();
});
