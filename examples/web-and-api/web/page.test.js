import assert from 'node:assert';
import { test } from 'node:test';
import { page } from './page.js';

test('a page greets', () => assert.match(page('Hello'), /<h1>Hello, world<\/h1>/));
test('a page escapes what it is given', () => assert.ok(!page('<script>').includes('<script>')));
