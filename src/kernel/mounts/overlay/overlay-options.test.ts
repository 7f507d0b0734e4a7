import { expect, test } from 'bun:test';
import { commonParent } from './common-parent.ts';
import { overlayOptions, relativeOverlayOptions } from './overlay-options.ts';

test('separators in paths are escaped', () => {
  const options = overlayOptions({ lower: ['/a:b', '/c\\d'], upper: '/u,p', work: '/w', target: '/m' });
  expect(options).toStartWith('lowerdir=/a\\:b:/c\\\\d,upperdir=/u\\,p,workdir=/w,');
  expect(options).toEndWith('index=off,metacopy=off,redirect_dir=off');
});

test('relative options name layers from the folder they share', () => {
  const mount = { lower: ['/data/layers/1', '/data/layers/2'], upper: '/data/rw/1/upper', work: '/data/rw/1/work' };
  const { folder, options } = relativeOverlayOptions({ ...mount, target: '/m' });
  expect(folder).toBe('/data');
  expect(options).toStartWith('lowerdir=layers/1:layers/2,upperdir=rw/1/upper,workdir=rw/1/work,');
});

test('the common parent is compared by whole components', () => {
  expect(commonParent(['/data/layers/1', '/data/layers/10'])).toBe('/data/layers');
  expect(commonParent(['/data/ab/x', '/data/a/x'])).toBe('/data');
  expect(commonParent(['/a', '/b'])).toBe('/');
  expect(commonParent(['/only/one'])).toBe('/only');
});
