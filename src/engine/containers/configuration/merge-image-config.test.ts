import { expect, test } from 'bun:test';
import { mergeImageConfig } from './merge-image-config.ts';

test('triggers are those of the caller: a commit may add some, a container of the image has none', () => {
  expect(mergeImageConfig({}, { OnBuild: ['RUN x'] }).OnBuild).toBeNull();
  expect(mergeImageConfig({ OnBuild: ['RUN y'] }, { OnBuild: ['RUN x'] }).OnBuild).toEqual(['RUN y']);
});
